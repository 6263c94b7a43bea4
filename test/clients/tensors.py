"""Tensors of every datatype, [2, 2] each, with the values that are lost first: extremes, signs of zero, Unicode."""

import numpy as np

FLOAT_EDGES = {
    "FP16": [[1.5, -0.0], [65504, np.inf]],
    "FP32": [[0.1, -0.0], [3.4028235e38, -np.inf]],
    "FP64": [[0.1, -0.0], [5e-324, np.inf]],
}

INTEGERS = {
    f"{sign}{bits}": np.dtype(f"{sign.lower()}{bits}") for sign in ("INT", "UINT") for bits in (8, 16, 32, 64)
}

TENSORS = {
    **{name: np.array(rows, f"float{name[2:]}") for name, rows in FLOAT_EDGES.items()},
    **{
        name: np.array([[np.iinfo(dtype).min, np.iinfo(dtype).max], [0, np.iinfo(dtype).max - 1]], dtype)
        for name, dtype in INTEGERS.items()
    },
    "BOOL": np.array([[True, False], [False, True]]),
    "BYTES": np.array([["naïve", "日本語"], ["", '"🌸"\n']], np.object_),
}

WITH_NAN = np.array([[np.nan, np.inf], [-np.inf, 1.5]], np.float32)

MODELS = {
    **{name: f"float{name[2:]}" for name in FLOAT_EDGES},
    **{name: name.lower() for name in INTEGERS},
    "BOOL": "bool",
    "BYTES": "string",
}
"""The model that gives a tensor of each datatype back: its input is x, its output y."""


def expect_same(actual, expected):
    """Fails unless every bit is the same. A client gives a string as text or as its bytes, as it was sent."""
    assert actual.shape == expected.shape, f"expected shape {expected.shape}, got {actual.shape}"
    if expected.dtype == np.object_:
        texts = [value.decode() if isinstance(value, bytes) else value for value in actual.flat]
        assert texts == list(expected.flat), f"expected {list(expected.flat)!r}, got {texts!r}"
        return
    assert actual.dtype == expected.dtype, f"expected {expected.dtype}, got {actual.dtype}"
    assert actual.tobytes() == expected.tobytes(), f"expected {expected!r}, got {actual!r}"
