"""Logs an ONNX file as MLflow's own client does: log_model.py TRACKING_URI FOLDER NAME; prints the run.

As a model of MLflow's, and as docs/models.md does beside its manifest.
"""

import sys
from pathlib import Path

import mlflow
import onnx

tracking_uri, folder, name = sys.argv[1:]
mlflow.set_tracking_uri(tracking_uri)
with mlflow.start_run() as run:
    model = onnx.load(Path(folder) / "model.onnx")
    mlflow.onnx.log_model(model, name="model", registered_model_name=name)
    mlflow.log_artifact(Path(folder) / "model.onnx", "files")
    mlflow.log_artifact(Path(folder) / "manifest.json", "files")
print(run.info.run_id)
