"""NVIDIA's tritonclient as the checks use it: both of its clients in one shape, and what is sent and expected."""

import contextlib
import sys

import numpy as np
import tritonclient.http
import tritonclient.http.aio
from tritonclient.http import InferInput

from checks import REFERENCE, expect, expect_close

IS_SYNC = sys.argv[2] == "sync"
PARALLEL = 8
ROWS = np.array([REFERENCE["features"], [6.2, 3.4, 5.4, 2.3]], np.float32)
FORMS = {"JSON": False, "binary": True}
ENCODINGS = (None, "gzip", "deflate")


@contextlib.asynccontextmanager
async def open_client(url):
    host = url.removeprefix("http://")
    if IS_SYNC:
        client = Awaited(tritonclient.http.InferenceServerClient(host, concurrency=PARALLEL))
        yield client
        client.raw.close()
        return
    async with tritonclient.http.aio.InferenceServerClient(host) as client:
        yield client


class Awaited:
    """The client without asyncio, in the shape of the one with it, so that every check is written once."""

    def __init__(self, raw):
        self.raw = raw

    def __getattr__(self, name):
        async def call(*args, **options):
            return getattr(self.raw, name)(*args, **options)

        return call


def to_input(name, datatype, values, form="binary"):
    tensor = InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=FORMS[form])
    return tensor


def x(form="binary", rows=ROWS):
    return to_input("X", "FP32", rows, form)


def call(model, tensor, version="", **options):
    return lambda client: client.infer(model, [tensor], model_version=version, **options)


def expect_setosa(answer):
    """Fails unless the first row is answered as the reference says, and the second is virginica."""
    expect(answer.as_numpy("label").tolist(), [0, 2])
    expect(answer.as_numpy("probabilities").shape, (2, 3))
    expect_close(answer.as_numpy("probabilities")[0].tolist(), REFERENCE["probabilities"])
