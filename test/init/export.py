"""Exports models as their users do, with the answers that ONNX Runtime gives for them in Python.

export.py FOLDER writes NAME.onnx and NAME.json for each model below: the inputs of a thousand rows, and the outputs
of the file as it was exported. Everything is seeded, so that every run writes the same.
"""

import json
import pathlib
import sys
import warnings

import lightgbm
import numpy as np
import onnx
import onnxruntime
import xgboost
from onnx import TensorProto, helper, numpy_helper
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as MlFloatTensorType
from skl2onnx import convert_sklearn, to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeRegressor

ROWS = 1000
FEATURES = 5
rng = np.random.default_rng(7)

X, y = make_classification(600, FEATURES, n_informative=4, n_redundant=0, n_classes=3, random_state=7)
X = X.astype(np.float32)
names = np.array(["setosa", "versicolor", "virginica"])[y]
codes = np.array([10, 20, -5])[y]
_, targets = make_regression(600, FEATURES, n_targets=2, random_state=7)
table = {"X": rng.normal(scale=2, size=(ROWS, FEATURES)).astype(np.float32)}
floats = [("X", FloatTensorType([None, FEATURES]))]

colours = np.array(["red", "green", "blue"])
sizes = np.array(["S", "M", "L", "XL"])
frame = {
    "age": X[:, :1],
    "income": X[:, 1:2],
    "colour": colours[rng.integers(0, 3, 600)][:, None],
    "size": sizes[rng.integers(0, 4, 600)][:, None],
}
columns = {
    "age": table["X"][:, :1],
    "income": table["X"][:, 1:2],
    "colour": colours[rng.integers(0, 3, ROWS)][:, None],
    "size": sizes[rng.integers(0, 4, ROWS)][:, None],
}

words = np.array("good bad Ähnlich awful GREAT fine Über dull ÉTÉ café movie plot the a of".split())
texts = np.array([" ".join(rng.choice(words, rng.integers(3, 12))) for _ in range(600)])
moods = np.where(np.char.find(np.char.lower(texts), "good") >= 0, "positive", "negative")
letters = {"text": np.array([[" ".join(rng.choice(words, rng.integers(3, 12)))] for _ in range(ROWS)])}


def sklearn_model(model, inputs=floats, **options):
    return convert_sklearn(model, initial_types=inputs, **options)


def logistic(target):
    return LogisticRegression().fit(X, target)


def mixed_pipeline(classifier, target, handle_unknown="error"):
    import pandas

    data = pandas.DataFrame({name: values.ravel() for name, values in frame.items()})
    encoder = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "income"]),
            ("categories", OneHotEncoder(handle_unknown=handle_unknown), ["colour", "size"]),
        ]
    )
    model = make_pipeline(encoder, classifier).fit(data, target)
    types = {"age": FloatTensorType, "income": FloatTensorType, "colour": StringTensorType, "size": StringTensorType}
    return sklearn_model(model, [(name, types[name]([None, 1])) for name in frame])


def blocks_pipeline():
    """Two inputs of several columns each."""
    encoder = ColumnTransformer([("numbers", StandardScaler(), [0, 1]), ("categories", OneHotEncoder(), [2, 3])])
    data = np.hstack([frame["age"].astype(object), frame["income"], frame["colour"], frame["size"]])
    model = make_pipeline(encoder, LogisticRegression()).fit(data, y)
    return sklearn_model(
        model, [("numbers", FloatTensorType([None, 2])), ("categories", StringTensorType([None, 2]))]
    )


def text_pipeline():
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, moods)
    return sklearn_model(model, [("text", StringTensorType([None, 1]))])


def int_categories():
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression())
    data = rng.integers(0, 4, (600, 2))
    return sklearn_model(model.fit(data, y), [("X", Int64TensorType([None, 2]))])


def lightgbm_model(kind, target):
    model = kind(n_estimators=12, random_state=7, verbose=-1).fit(X, target)
    return convert_lightgbm(model, initial_types=[("X", MlFloatTensorType([None, FEATURES]))])


def xgboost_model(kind, target):
    model = kind(n_estimators=12, random_state=7).fit(X, target)
    return convert_xgboost(model, initial_types=[("X", MlFloatTensorType([None, FEATURES]))])


def multi_output_classifier():
    model = MultiOutputClassifier(LogisticRegression()).fit(X, np.stack([y, codes], axis=1))
    return sklearn_model(model)


def forest_of_labels():
    return RandomForestClassifier(8, random_state=7).fit(X, np.stack([y, codes], axis=1))


weights = rng.normal(size=(FEATURES, 3)).astype(np.float32)


def dense(batch, *, reshape=None):
    """What a network of PyTorch looks like that was exported without dynamic axes."""
    nodes = [
        helper.make_node("Gemm", ["x", "weight"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Softmax", ["active"], ["y"], axis=1),
    ]
    initializers = [numpy_helper.from_array(weights, "weight")]
    if reshape is not None:
        initializers.append(numpy_helper.from_array(np.array(reshape, np.int64), "shape"))
        nodes[1] = helper.make_node("Reshape", ["hidden", "shape"], ["active"])
    graph = helper.make_graph(
        nodes,
        "main_graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, FEATURES])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 3])],
        initializers,
        value_info=[helper.make_tensor_value_info("hidden", TensorProto.FLOAT, [batch, 3])],
    )
    return made(graph)


def made(graph, opset=17, ir_version=8, **options):
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], **options)
    model.ir_version = ir_version
    return model


def bfloat16():
    graph = dense("N").graph
    value = numpy_helper.to_array(graph.initializer[0]).astype(np.float32)
    graph.initializer[0].CopyFrom(
        helper.make_tensor("weight", TensorProto.BFLOAT16, value.shape, value.ravel().tolist())
    )
    for each in [*graph.input, *graph.output, *graph.value_info]:
        each.type.tensor_type.elem_type = TensorProto.BFLOAT16
    return made(graph)


def other_case():
    """Gives a text in small letters, and in capital ones; the locale of the second is the one that is meant."""
    nodes = [
        helper.make_node("StringNormalizer", ["x"], ["lower"], case_change_action="LOWER", locale="en_US.UTF-8"),
        helper.make_node("StringNormalizer", ["x"], ["upper"], case_change_action="UPPER"),
    ]
    values = [helper.make_tensor_value_info(name, TensorProto.STRING, ["N"]) for name in ("x", "lower", "upper")]
    return made(helper.make_graph(nodes, "case", values[:1], values[1:]))


# Every character that there can be, about a thousand to a row.
points = [point for point in range(1, 0x110000) if not 0xD800 <= point < 0xE000]
characters = {"x": np.array(["".join(map(chr, points[at::ROWS])) for at in range(ROWS)])}


def external(folder):
    model = dense("N")
    onnx.save_model(
        model,
        str(folder / "external-data.onnx"),
        save_as_external_data=True,
        location="external-data.weights",
        size_threshold=0,
    )


MODELS = {
    "logistic": (lambda: sklearn_model(logistic(y)), table),
    "logistic-names": (lambda: sklearn_model(logistic(names)), table),
    "logistic-codes": (lambda: sklearn_model(logistic(codes)), table),
    "to-onnx-forest": (lambda: to_onnx(RandomForestClassifier(8, random_state=7).fit(X, names), X[:1]), table),
    "zipmap-columns": (
        lambda: (lambda model: sklearn_model(model, options={id(model): {"zipmap": "columns"}}))(logistic(names)),
        table,
    ),
    "zipmap-false": (
        lambda: (lambda model: sklearn_model(model, options={id(model): {"zipmap": False}}))(logistic(codes)),
        table,
    ),
    "scaled-knn": (
        lambda: sklearn_model(make_pipeline(StandardScaler(), KNeighborsClassifier(3)).fit(X, names)),
        table,
    ),
    "naive-bayes": (lambda: sklearn_model(GaussianNB().fit(X, y)), table),
    "mlp": (lambda: sklearn_model(MLPClassifier((8,), max_iter=60, random_state=7).fit(X, y)), table),
    "svc": (lambda: sklearn_model(SVC(probability=True, random_state=7).fit(X[:200], names[:200])), table),
    "linear-svc": (lambda: sklearn_model(LinearSVC(random_state=7).fit(X, y)), table),
    "voting": (
        lambda: sklearn_model(
            VotingClassifier([("a", logistic(y)), ("b", GaussianNB())], voting="soft", flatten_transform=False).fit(X, y)
        ),
        table,
    ),
    "gradient-boosting": (
        lambda: sklearn_model(GradientBoostingClassifier(n_estimators=12, random_state=7).fit(X, y)),
        table,
    ),
    "hist-gradient-boosting": (
        lambda: sklearn_model(HistGradientBoostingClassifier(max_iter=12, random_state=7).fit(X, names)),
        table,
    ),
    "hist-gradient-boosting-regressor": (
        lambda: sklearn_model(HistGradientBoostingRegressor(max_iter=12, random_state=7).fit(X, targets[:, 0])),
        table,
    ),
    "lightgbm": (lambda: lightgbm_model(lightgbm.LGBMClassifier, y), table),
    "lightgbm-codes": (lambda: lightgbm_model(lightgbm.LGBMClassifier, codes), table),
    "lightgbm-regressor": (lambda: lightgbm_model(lightgbm.LGBMRegressor, targets[:, 0]), table),
    "xgboost": (lambda: xgboost_model(xgboost.XGBClassifier, y), table),
    "xgboost-regressor": (lambda: xgboost_model(xgboost.XGBRegressor, targets[:, 0]), table),
    "linear-regression": (lambda: sklearn_model(LinearRegression().fit(X, targets[:, 0])), table),
    "multi-output-regressor": (lambda: sklearn_model(DecisionTreeRegressor(random_state=7).fit(X, targets)), table),
    "multi-output-classifier": (multi_output_classifier, table),
    "multi-output-forest": (lambda: sklearn_model(forest_of_labels()), None),
    "isolation-forest": (
        lambda: sklearn_model(
            IsolationForest(n_estimators=8, random_state=7).fit(X), target_opset={"": 15, "ai.onnx.ml": 3}
        ),
        table,
    ),
    "columns": (lambda: mixed_pipeline(LogisticRegression(), names), columns),
    "columns-forest": (lambda: mixed_pipeline(RandomForestClassifier(8, random_state=7), y, "ignore"), columns),
    "blocks": (
        blocks_pipeline,
        {
            "numbers": np.hstack([columns["age"], columns["income"]]),
            "categories": np.hstack([columns["colour"], columns["size"]]),
        },
    ),
    "int-categories": (int_categories, {"X": rng.integers(0, 5, (ROWS, 2))}),
    "tf-idf": (text_pipeline, letters),
    "other-case": (other_case, characters),
    "fixed-batch": (lambda: dense(1), table | {"x": table["X"]}),
    "fixed-reshape": (lambda: dense(2, reshape=[2, 3]), None),
    "bfloat16": (bfloat16, None),
    "opset-too-new": (lambda: made(dense("N").graph, opset=99), None),
    "ir-too-new": (lambda: made(dense("N").graph, ir_version=99), None),
}


def tensor(values):
    kind = "string" if values.dtype.kind in "OU" else str(values.dtype)
    return {"type": kind, "dims": list(values.shape), "data": values.ravel().tolist()}


def answer(value):
    """ZipMap's dictionaries as the tensor they were, and the keys that they have in common."""
    if isinstance(value, np.ndarray):
        return tensor(value)
    if isinstance(value[0], dict):
        keys = list(value[0])
        rows = np.array([[row[key] for key in keys] for row in value], np.float32)
        return tensor(rows) | {"classes": [str(key) for key in keys]}
    return {"sequence": [tensor(each) for each in value]}


def answers(path, inputs):
    # As here: sums of trees depend on how many threads share them.
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    fixed = session.get_inputs()[0].shape[0] == 1
    feeds = {each.name: inputs[each.name] for each in session.get_inputs()}
    outputs = [each.name for each in session.get_outputs()]
    if not fixed:
        return feeds, dict(zip(outputs, session.run(None, feeds)))
    runs = [session.run(None, {name: values[row : row + 1] for name, values in feeds.items()}) for row in range(ROWS)]
    return feeds, {name: np.concatenate([run[at] for run in runs]) for at, name in enumerate(outputs)}


def write(folder, name, inputs):
    path = folder / f"{name}.onnx"
    feeds, outputs = answers(path, inputs)
    document = {
        "inputs": {name: tensor(values) for name, values in feeds.items()},
        "outputs": {name: answer(value) for name, value in outputs.items()},
    }
    (folder / f"{name}.json").write_text(json.dumps(document, ensure_ascii=False))


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    for name, (export, inputs) in MODELS.items():
        (folder / f"{name}.onnx").write_bytes(export().SerializeToString())
        if inputs is not None:
            write(folder, name, inputs)
    external(folder)
    write(folder, "external-data", {"x": table["X"]})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
