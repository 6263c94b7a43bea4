"""Stands for the usual Python service for images: FastAPI, Pillow, torchvision's ResNet50 and its transforms.

The weights are random: what it answers means nothing, what it costs is what ResNet50 costs. A random start is in
its favour: services begin with one, too, and then read a file of weights over it.
"""

import os
import time

import torch
from fastapi import FastAPI, UploadFile
from PIL import Image
from torchvision.models import resnet50
from torchvision.transforms import CenterCrop, Compose, Normalize, Resize, ToTensor

TOP_K = 5
LABELS = [f"class {index}" for index in range(1000)]

prepare = Compose(
    [
        Resize(256),
        CenterCrop(224),
        ToTensor(),
        Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ]
)
# Left alone Debian's build takes one thread, and with one it takes a convolution that is several times slower.
torch.set_num_threads(os.cpu_count())
model = resnet50(weights=None).eval()
app = FastAPI()


# Not async: FastAPI calls it in a thread of its pool, so that one image is decoded while another is run. On a machine
# with other work that gives four times as many images a second as an async handler, for 140 MB more.
@app.post("/predict")
def predict(file: UploadFile) -> dict:
    started_at = time.perf_counter()
    batch = prepare(Image.open(file.file).convert("RGB")).unsqueeze(0)
    prepared_at = time.perf_counter()
    with torch.inference_mode():
        confidences, classes = model(batch)[0].softmax(dim=0).topk(TOP_K)
    ended_at = time.perf_counter()
    return {
        "predictions": [
            {"class_id": index, "label": LABELS[index], "confidence": confidence}
            for index, confidence in zip(classes.tolist(), confidences.tolist())
        ],
        "inference_time_ms": (ended_at - prepared_at) * 1000,
        "preprocessing_time_ms": (prepared_at - started_at) * 1000,
        "model_name": "resnet50",
        "model_version": "1.0.0",
    }
