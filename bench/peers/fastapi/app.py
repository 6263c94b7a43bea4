"""Stands for the usual Python service at its best: FastAPI, an async handler, scikit-learn, one call per request.

It answers the fields that the product answers for the same body. MODEL_FILE names what fit.py wrote.
"""

import os
from typing import Annotated

import joblib
import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel, Field

CLASSES = ["setosa", "versicolor", "virginica"]

model = joblib.load(os.environ["MODEL_FILE"])
app = FastAPI()


class PredictRequest(BaseModel):
    features: Annotated[list[float], Field(min_length=4, max_length=4)]


class PredictResponse(BaseModel):
    prediction: int
    prediction_label: str
    confidence: float
    probabilities: list[float]
    model_name: str
    model_version: str


@app.post("/predict")
async def predict(request: PredictRequest) -> PredictResponse:
    probabilities = model.predict_proba(np.array([request.features]))[0]
    prediction = int(probabilities.argmax())
    return PredictResponse(
        prediction=prediction,
        prediction_label=CLASSES[prediction],
        confidence=float(probabilities[prediction]),
        probabilities=probabilities.tolist(),
        model_name="iris",
        model_version="1.0.0",
    )
