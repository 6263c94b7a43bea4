"""Loads a model as MLflow loads any: predict.py TRACKING_URI MODEL_URI; answers rows of iris as JSON."""

import json
import sys

import mlflow
import numpy as np

tracking_uri, model_uri = sys.argv[1:]
mlflow.set_tracking_uri(tracking_uri)
model = mlflow.pyfunc.load_model(model_uri)
rows = np.array([[5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]], dtype=np.float32)
answer = {name: values.tolist() for name, values in model.predict(rows).items()}
print(json.dumps({"flavors": sorted(model.metadata.flavors), **answer}))
