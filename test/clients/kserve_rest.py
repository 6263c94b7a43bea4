"""Checks the server by KServe's InferenceRESTClient, in both of its protocols: `kserve_rest.py URL`."""

import asyncio
import contextlib
from itertools import product
from types import SimpleNamespace

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput

from checks import REFERENCE, check, error_of, expect, expect_close, expect_in, main
from tensors import MODELS, TENSORS, WITH_NAN, expect_same

ROWS = np.array([REFERENCE["features"], [6.2, 3.4, 5.4, 2.3]], np.float32)
FORMS = {"JSON": False, "binary": True}
# KServe allows it in the bytes after the JSON only.
ONLY_BINARY = ("FP16",)


@contextlib.asynccontextmanager
async def open_client(url):
    v1 = InferenceRESTClient(RESTConfig(protocol="v1", retries=0))
    v2 = InferenceRESTClient(RESTConfig(protocol="v2", retries=0))
    async with v1, v2:
        yield SimpleNamespace(url=url, v1=v1, v2=v2)


def to_request(model, name, datatype, values, form_in="JSON", form_out="JSON", **options):
    tensor = InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=FORMS[form_in])
    parameters = {"binary_data_output": FORMS[form_out]}
    return InferRequest(model, [tensor], parameters=parameters, **options)


def iris(form_in="JSON", form_out="JSON", rows=ROWS, **options):
    return to_request("iris", "X", "FP32", rows, form_in, form_out, **options)


def as_sent(values, form):
    """What the client sends: in JSON it has no infinities, and writes null, which is NaN, in their place."""
    if form == "binary" or values.dtype.kind != "f":
        return values
    return np.where(np.isinf(values), np.array(np.nan, values.dtype), values)


def outputs_of(response):
    return {output.name: output.as_numpy() for output in response.outputs}


def expect_setosa(response):
    """Fails unless the first row is answered as the reference says, and the second is virginica."""
    outputs = outputs_of(response)
    expect(outputs["label"].tolist(), [0, 2])
    expect_close(outputs["probabilities"][0].tolist(), REFERENCE["probabilities"])


@check("v2: the server is live and ready")
async def _(client):
    expect(await client.v2.is_server_live(client.url), True)
    expect(await client.v2.is_server_ready(client.url), True)


@check("v2: model {0!r} is ready: {1}", [("iris", True), ("nope", False)])
async def _(client, model, is_ready):
    expect(await client.v2.is_model_ready(client.url, model), is_ready)


@check("v2: the answer is the reference's, {0} in and {1} out", product(FORMS, FORMS))
async def _(client, form_in, form_out):
    headers = {}
    request = iris(form_in, form_out)
    response = await client.v2.infer(client.url, request, model_name="iris", response_headers=headers)
    expect_setosa(response)
    expect(response.model_name, "iris")
    expect("inference-header-content-length" in headers, form_out == "binary")


@check("v2: {0} comes back bit for bit, {1} in and {2} out", [
    case for case in product(TENSORS, FORMS, FORMS) if case[0] not in ONLY_BINARY or "JSON" not in case
])
async def _(client, datatype, form_in, form_out):
    values, model = TENSORS[datatype], MODELS[datatype]
    request = to_request(model, "x", datatype, values, form_in, form_out)
    response = await client.v2.infer(client.url, request, model_name=model)
    expect_same(outputs_of(response)["y"], as_sent(values, form_in))


@check("v2: NaN and the infinities come back, {0} in and {1} out", product(FORMS, FORMS))
async def _(client, form_in, form_out):
    request = to_request("float32", "x", "FP32", WITH_NAN, form_in, form_out)
    response = await client.v2.infer(client.url, request, model_name="float32")
    expect_same(outputs_of(response)["y"], as_sent(WITH_NAN, form_in))


@check("v2: only the outputs that are asked for come back, {0} in", [("JSON",), ("binary",)])
async def _(client, form):
    request = iris(form, request_outputs=[RequestedOutput("probabilities", {"binary_data": True})])
    response = await client.v2.infer(client.url, request, model_name="iris")
    expect(list(outputs_of(response)), ["probabilities"])
    expect_close(outputs_of(response)["probabilities"][0].tolist(), REFERENCE["probabilities"])


@check("v2: a listed output is binary where the whole request asks for it, {0} in", [("JSON",), ("binary",)])
async def _(client, form):
    headers = {}
    request = iris(form, "binary", request_outputs=[RequestedOutput("label")])
    response = await client.v2.infer(client.url, request, model_name="iris", response_headers=headers)
    expect(outputs_of(response)["label"].tolist(), [0, 2])
    expect("inference-header-content-length" in headers, True)


@check("v2: the request id comes back")
async def _(client):
    response = await client.v2.infer(client.url, iris(request_id="no. 42 ✓"), model_name="iris")
    expect(response.id, "no. 42 ✓")


@check("v2: a request that is a plain object is taken")
async def _(client):
    data = {"inputs": [{"name": "X", "shape": [2, 4], "datatype": "FP32", "data": ROWS.tolist()}]}
    expect_setosa(await client.v2.infer(client.url, data, model_name="iris"))


@check("v2: many requests at once are each answered with their own rows")
async def _(client):
    rows = [np.full((1 + number % 5, 2), number, np.float32) for number in range(64)]
    requests = [to_request("float32", "x", "FP32", values, "binary", "binary") for values in rows]
    responses = await asyncio.gather(
        *(client.v2.infer(client.url, request, model_name="float32") for request in requests)
    )
    for response, values in zip(responses, rows):
        expect_same(outputs_of(response)["y"], values)


V2_ERRORS = [
    ("an unknown model", "nope", iris(), 404, 'there is no model "nope"; models: '),
    (
        "an input of the wrong size",
        "iris",
        iris(rows=ROWS[:, :3]),
        400,
        '/inputs/0: input "X": expected size 4 in dimension 1, got 3, \'400 Bad Request\'',
    ),
    (
        "an input of another datatype",
        "iris",
        to_request("iris", "X", "INT32", ROWS.astype(np.int32)),
        400,
        '/inputs/0/datatype: expected "FP32" for input "X", got the string "INT32", \'400 Bad Request\'',
    ),
]


@check("v2: {0} is told of in the server's words", V2_ERRORS)
async def _(client, _name, model, request, status, message):
    error = await error_of(httpx.HTTPStatusError, client.v2.infer(client.url, request, model_name=model))
    expect(error.response.status_code, status)
    expect_in(message, str(error))


@check("v1: model iris is ready")
async def _(client):
    expect(await client.v1.is_model_ready(client.url, "iris"), True)


@check("v1: an unknown model is told of in the server's words, when asked whether it is ready")
async def _(client):
    error = await error_of(httpx.HTTPStatusError, client.v1.is_model_ready(client.url, "nope"))
    expect(error.response.status_code, 404)
    expect_in('there is no model "nope"; models: ', str(error))


@check("v1: rows are answered as the reference says")
async def _(client):
    answer = await client.v1.infer(client.url, {"instances": ROWS.tolist()}, model_name="iris")
    first, second = answer["predictions"]
    expect((first["label"], second["label"]), (0, 2))
    expect_close(first["probabilities"], REFERENCE["probabilities"])


@check("v1: columns are answered as the reference says")
async def _(client):
    answer = await client.v1.infer(client.url, {"inputs": {"X": ROWS.tolist()}}, model_name="iris")
    expect(answer["outputs"]["label"], [0, 2])
    expect_close(answer["outputs"]["probabilities"][0], REFERENCE["probabilities"])


V1_ERRORS = [
    ("an unknown model", "nope", {"instances": ROWS.tolist()}, 404, 'there is no model "nope"; models: '),
    (
        "a row of the wrong size",
        "iris",
        {"instances": [[1, 2, 3]]},
        400,
        '/instances/0: input "X": expected size 4 in dimension 1, got 3, \'400 Bad Request\'',
    ),
    (
        "a request of no known form",
        "iris",
        {"rows": ROWS.tolist()},
        400,
        'expected either "instances" or "inputs", got neither, \'400 Bad Request\'',
    ),
]


@check("v1: {0} is told of in the server's words", V1_ERRORS)
async def _(client, _name, model, data, status, message):
    error = await error_of(httpx.HTTPStatusError, client.v1.infer(client.url, data, model_name=model))
    expect(error.response.status_code, status)
    expect_in(message, str(error))


main(open_client)
