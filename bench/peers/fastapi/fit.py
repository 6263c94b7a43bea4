"""Fits the peer's model as the product's trainer does, on the same data: fit.py IRIS_CSV MODEL_FILE."""

import csv
import sys

import joblib
from sklearn.linear_model import LogisticRegression


def main(data_file: str, model_file: str) -> None:
    with open(data_file, newline="") as file:
        rows = list(csv.reader(file))[1:]
    features = [[float(value) for value in row[:4]] for row in rows]
    labels = [row[4] for row in rows]
    classes = sorted(set(labels))
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(features, [classes.index(label) for label in labels])
    joblib.dump(model, model_file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
