"""Makes the reference of the pictures in this folder with torchvision on Pillow: python3 test/images/reference.py

Written with torchvision 0.14.1 and Pillow 9.4.0, as Debian 12 has them (python3-torchvision). Every ninth pixel of
every ninth row is kept, as the bytes that ToTensor divides by 255: [rows, columns, channels].
"""

from pathlib import Path

import torch
from PIL import Image, ImageOps
from torchvision import transforms

FOLDER = Path(__file__).parent
STEP = 9
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
NAMES = [
    "cmyk.jpg",
    "grey.jpg",
    "grey.png",
    "huge.jpg",
    "landscape.jpg",
    "landscape-progressive.jpg",
    "large.jpg",
    "orientation-6.jpg",
    "palette.png",
    "portrait-444.jpg",
    "portrait.webp",
    "sixteen-bit.png",
    "small.gif",
    "small.png",
    "small.tiff",
    "tiny.jpg",
]

cut = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor()])
normalize = transforms.Normalize(MEAN, STD)

for name in NAMES:
    image = ImageOps.exif_transpose(Image.open(FOLDER / name)).convert("RGB")
    scaled = cut(image)
    pixels = (scaled * 255).round().to(torch.uint8)
    again = (pixels.double() / 255 - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    # What is kept is enough to work the tensor out from.
    assert (again - normalize(scaled)).abs().max() < 1e-6
    kept = pixels[:, ::STEP, ::STEP].permute(1, 2, 0).contiguous()
    (FOLDER / "reference" / f"{name}.bin").write_bytes(kept.numpy().tobytes())
