"""Checks the server by NVIDIA's tritonclient: `triton.py URL sync` or `triton.py URL aio`."""

import asyncio
from itertools import product

import numpy as np
from tritonclient.http import InferRequestedOutput
from tritonclient.utils import InferenceServerException

from checks import REFERENCE, check, error_of, expect, expect_close, expect_in, main
from tensors import MODELS, TENSORS, WITH_NAN, expect_same
from triton_client import ENCODINGS, FORMS, IS_SYNC, ROWS, call, expect_setosa, open_client, to_input, x


@check("the server is live and ready")
async def _(client):
    expect(await client.is_server_live(), True)
    expect(await client.is_server_ready(), True)


@check("model {0!r}, version {1!r}, is ready: {2}", [
    ("iris", "", True),
    ("iris", "1.0.0", True),
    ("iris", "production", True),
    ("iris", "9.9.9", False),
    ("nope", "", False),
])
async def _(client, model, version, is_ready):
    expect(await client.is_model_ready(model, version), is_ready)


@check("the server describes itself")
async def _(client):
    metadata = await client.get_server_metadata()
    expect(metadata["name"], "onnx-functions")
    expect(set(metadata), {"name", "version", "extensions"})
    expect({"binary_tensor_data", "classification"} <= set(metadata["extensions"]), True)


@check("version {0!r} of the model is described", [("",), ("1.0.0",), ("production",)])
async def _(client, version):
    expect(await client.get_model_metadata("iris", version), {
        "name": "iris",
        "versions": ["1.0.0", "1.1.0"],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": "X", "datatype": "FP32", "shape": [-1, 4]}],
        "outputs": [
            {"name": "label", "datatype": "INT64", "shape": [-1]},
            {"name": "probabilities", "datatype": "FP32", "shape": [-1, 3]},
        ],
    })


@check("the repository index names every model, and says which are loaded")
async def _(client):
    index = await client.get_model_repository_index()
    expect({model["name"] for model in index}, {"iris", *MODELS.values()})
    iris = next(model for model in index if model["name"] == "iris")
    expect(iris, {"name": "iris", "version": "1.0.0", "state": "READY", "reason": ""})


@check("all outputs come back for {0} in", [("binary",), ("JSON",)])
async def _(client, form):
    expect_setosa(await client.infer("iris", [x(form)]))


@check(
    "{0} in and {1} out, encoded {2} and asked for {3}",
    product(FORMS, FORMS, ENCODINGS, ENCODINGS),
)
async def _(client, form_in, form_out, encoding, accepted):
    outputs = [InferRequestedOutput(name, FORMS[form_out]) for name in ("label", "probabilities")]
    answer = await client.infer(
        "iris",
        [x(form_in)],
        outputs=outputs,
        request_compression_algorithm=encoding,
        response_compression_algorithm=accepted,
    )
    expect_setosa(answer)
    expect("data" in answer.get_output("label"), form_out == "JSON")


@check("one output in binary beside one in JSON, asked for {0}", [(encoding,) for encoding in ENCODINGS])
async def _(client, accepted):
    outputs = [InferRequestedOutput("probabilities", True), InferRequestedOutput("label", False)]
    answer = await client.infer("iris", [x()], outputs=outputs, response_compression_algorithm=accepted)
    expect_setosa(answer)
    expect([output["name"] for output in answer.get_response()["outputs"]], ["probabilities", "label"])
    expect(answer.get_output("probabilities")["parameters"], {"binary_data_size": 24})
    expect(answer.get_output("label")["data"], [0, 2])


@check("{0} comes back bit for bit, {1} in and {2} out", product(TENSORS, FORMS, FORMS))
async def _(client, datatype, form_in, form_out):
    values = TENSORS[datatype]
    outputs = [InferRequestedOutput("y", FORMS[form_out])]
    answer = await client.infer(MODELS[datatype], [to_input("x", datatype, values, form_in)], outputs=outputs)
    expect_same(answer.as_numpy("y"), values)


@check("NaN and the infinities come back, {0} in and {1} out", product(FORMS, FORMS))
async def _(client, form_in, form_out):
    outputs = [InferRequestedOutput("y", FORMS[form_out])]
    answer = await client.infer("float32", [to_input("x", "FP32", WITH_NAN, form_in)], outputs=outputs)
    expect_same(answer.as_numpy("y"), WITH_NAN)


@check("no rows are answered with no rows, {0} in and {1} out", product(FORMS, FORMS))
async def _(client, form_in, form_out):
    rows = np.empty((0, 2), np.float32)
    outputs = [InferRequestedOutput("y", FORMS[form_out])]
    answer = await client.infer("float32", [to_input("x", "FP32", rows, form_in)], outputs=outputs)
    expect(answer.as_numpy("y").shape, (0, 2))


@check("a megabyte goes both ways, encoded {0}", [(encoding,) for encoding in ENCODINGS])
async def _(client, encoding):
    rows = np.arange(2**18, dtype=np.float32).reshape(-1, 2)
    answer = await client.infer(
        "float32",
        [to_input("x", "FP32", rows)],
        request_compression_algorithm=encoding,
        response_compression_algorithm=encoding,
    )
    expect_same(answer.as_numpy("y"), rows)


@check("only the outputs that are asked for come back")
async def _(client):
    answer = await client.infer("iris", [x()], outputs=[InferRequestedOutput("label")])
    expect(answer.as_numpy("label").tolist(), [0, 2])
    expect(answer.as_numpy("probabilities"), None)


@check("the highest classes come back with their labels, in {0}", [("JSON",), ("binary",)])
async def _(client, form):
    output = InferRequestedOutput("probabilities", FORMS[form], class_count=2)
    answer = await client.infer("iris", [x()], outputs=[output])
    classes = answer.as_numpy("probabilities")
    expect(classes.shape, (2, 2))
    texts = [text.decode() if isinstance(text, bytes) else text for text in classes[0]]
    expect([text.split(":")[1:] for text in texts], [["0", "setosa"], ["1", "versicolor"]])
    expect_close([float(text.split(":")[0]) for text in texts], REFERENCE["probabilities"][:2])


@check("the request id, the version and the parameters of the caller are taken")
async def _(client):
    answer = await client.infer(
        "iris",
        [x()],
        model_version="1.0.0",
        request_id="no. 42 ✓",
        priority=1,
        timeout=10_000_000,
        parameters={"origin": "a test", "weight": 0.5},
    )
    response = answer.get_response()
    expect(response["id"], "no. 42 ✓")
    expect((response["model_name"], response["model_version"]), ("iris", "1.0.0"))
    expect("id" in (await client.infer("iris", [x()])).get_response(), False)


ERRORS = [
    ("an unknown model", "404", 'there is no model "nope"; models: ', call("nope", x())),
    (
        "an unknown version",
        "404",
        'model "iris" has no version or alias "9.9.9"',
        call("iris", x(), version="9.9.9"),
    ),
    (
        "an input of the wrong size",
        "400",
        '/inputs/0: input "X": expected size 4 in dimension 1, got 3',
        call("iris", x(rows=ROWS[:, :3])),
    ),
    (
        "an input of the wrong rank",
        "400",
        '/inputs/0/shape: expected 2 dimensions [N,4] for input "X", got 1',
        call("iris", x(rows=ROWS[0])),
    ),
    (
        "an input of another datatype",
        "400",
        '/inputs/0/datatype: expected "FP32" for input "X", got the string "FP64"',
        call("iris", to_input("X", "FP64", ROWS.astype(np.float64))),
    ),
    ("an unknown input", "400", 'got "Y"', call("iris", to_input("Y", "FP32", ROWS))),
    (
        "an unknown output",
        "400",
        '/outputs/0/name: expected one of the outputs "label", "probabilities", got "scores"',
        call("iris", x(), outputs=[InferRequestedOutput("scores")]),
    ),
]


@check("{0} is told of in the server's words", ERRORS)
async def _(client, _name, status, message, infer):
    error = await error_of(InferenceServerException, infer(client))
    expect(error.status(), status)
    expect_in(message, error.message())


@check("{0} is refused in the server's words", [
    ("get_model_config", ("iris",)),
    ("get_inference_statistics", ()),
    ("get_inference_statistics", ("iris",)),
    ("load_model", ("iris",)),
    ("unload_model", ("iris",)),
])
async def _(client, name, args):
    error = await error_of(InferenceServerException, getattr(client, name)(*args))
    expect(error.status(), "501")
    expect_in("this server has no", error.message())


@check("many requests at once are each answered with their own rows")
async def _(client):
    rows = [np.full((1 + number % 5, 2), number, np.float32) for number in range(64)]
    calls = [
        {"model_name": "float32", "inputs": [to_input("x", "FP32", values)], "request_id": str(number)}
        for number, values in enumerate(rows)
    ]
    if IS_SYNC:
        pending = [client.raw.async_infer(**options) for options in calls]
        answers = [request.get_result() for request in pending]
    else:
        answers = await asyncio.gather(*(client.infer(**options) for options in calls))
    for number, (answer, values) in enumerate(zip(answers, rows)):
        expect(answer.get_response()["id"], str(number))
        expect_same(answer.as_numpy("y"), values)


main(open_client)
