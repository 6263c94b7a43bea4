"""Checks the server as Vertex AI calls a custom container: `vertex.py URL HEALTH_ROUTE PREDICT_ROUTE`."""

import json
import struct
import sys

import httpx

from checks import REFERENCE, check, expect, expect_close, expect_in, main

_, _, HEALTH_ROUTE, PREDICT_ROUTE = sys.argv
ROWS = [REFERENCE["features"], [6.2, 3.4, 5.4, 2.3]]
NAMES = ("sepal_length", "sepal_width", "petal_length", "petal_width")


def open_client(url):
    return httpx.AsyncClient(base_url=url)


def expect_error(answer, status, message):
    """Fails unless the answer is an error as the platform passes it on: one text, and no predictions."""
    expect(answer.status_code, status)
    expect(answer.headers["content-type"], "application/json")
    expect("predictions" in answer.json(), False)
    expect_in(message, answer.json()["error"])


@check("the health route answers exactly 200")
async def _(client):
    expect((await client.get(HEALTH_ROUTE)).status_code, 200)


@check("{0} are answered one by one, in their order", [
    ("rows", ROWS),
    ("rows that name the input", [{"X": row} for row in ROWS]),
    ("rows that name the features", [dict(zip(NAMES, row)) for row in ROWS]),
])
async def _(client, _name, instances):
    answer = await client.post(PREDICT_ROUTE, json={"instances": instances})
    expect(answer.status_code, 200)
    expect(list(answer.json()), ["predictions"])
    first, second = answer.json()["predictions"]
    expect((first["prediction"], first["prediction_label"]), (0, "setosa"))
    expect_close([first["confidence"]], REFERENCE["probabilities"][:1])
    expect((second["prediction"], second["prediction_label"]), (2, "virginica"))


@check("parameters.outputs asks for tensors, in that order")
async def _(client):
    body = {"instances": ROWS, "parameters": {"outputs": ["probabilities", "label"]}}
    predictions = (await client.post(PREDICT_ROUTE, json=body)).json()["predictions"]
    expect([list(prediction) for prediction in predictions], [["probabilities", "label"]] * 2)
    expect([prediction["label"] for prediction in predictions], [0, 2])
    expect_close(predictions[0]["probabilities"], REFERENCE["probabilities"])


@check("one output is answered without its name")
async def _(client):
    body = {"instances": ROWS, "parameters": {"outputs": ["label"]}}
    expect((await client.post(PREDICT_ROUTE, json=body)).json(), {"predictions": [0, 2]})


@check("{0} is a bad request", [
    ("a request without instances", {"rows": ROWS}, "instances"),
    ("an empty list of instances", {"instances": []}, "/instances"),
    ("a row that is too short, among others", {"instances": [ROWS[0], ROWS[1][:3]]}, "/instances/1"),
    (
        "an unknown output",
        {"instances": ROWS, "parameters": {"outputs": ["scores"]}},
        '/parameters/outputs/0: expected one of "label", "probabilities", got "scores"',
    ),
])
async def _(client, _name, body, message):
    expect_error(await client.post(PREDICT_ROUTE, json=body), 400, message)


@check("rawPredict may send the Open Inference Protocol, in JSON")
async def _(client):
    tensor = {"name": "X", "shape": [2, 4], "datatype": "FP32", "data": ROWS}
    answer = (await client.post(PREDICT_ROUTE, json={"inputs": [tensor]})).json()
    expect(answer["outputs"][0]["data"], [0, 2])


@check("rawPredict may send the Open Inference Protocol, in binary")
async def _(client):
    tensor = {"name": "X", "shape": [2, 4], "datatype": "FP32", "parameters": {"binary_data_size": 32}}
    head = json.dumps({"inputs": [tensor], "outputs": [{"name": "label"}]}).encode()
    headers = {"inference-header-content-length": str(len(head)), "content-type": "application/octet-stream"}
    content = head + struct.pack("<8f", *ROWS[0], *ROWS[1])
    answer = await client.post(PREDICT_ROUTE, content=content, headers=headers)
    expect(answer.json()["outputs"][0]["data"], [0, 2])


main(open_client)
