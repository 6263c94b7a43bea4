"""Checks of a server by one of its clients: each has a name, which is printed with what came of it."""

import asyncio
import inspect
import json
import sys
import traceback
from pathlib import Path

_checks = []

REFERENCE = json.loads((Path(__file__).parent / "../training/iris-reference.json").read_text())["example"]


def check(name, cases=((),)):
    """Makes a check of a function, or one for each case, whose values take the places in the name."""

    def register(function):
        _checks.extend((name.format(*case), function, case) for case in cases)
        return function

    return register


def main(open_client):
    """Runs every check with a client of the server whose address comes first on the command line."""
    sys.exit(asyncio.run(_run(open_client)))


def expect(actual, expected):
    """Fails unless both are equal."""
    assert actual == expected, f"expected {expected!r}, got {actual!r}"


def expect_in(part, text):
    """Fails unless the text has the part in it."""
    assert part in text, f"expected {part!r} in {text!r}"


def expect_close(actual, expected):
    """Fails unless the numbers are those of the reference, which has six digits of each."""
    assert len(actual) == len(expected), f"expected {expected!r}, got {actual!r}"
    assert all(abs(a - b) < 1e-4 for a, b in zip(actual, expected)), f"expected {expected!r}, got {actual!r}"


async def error_of(error_type, call):
    """Gives the error that a call ends with."""
    try:
        answer = await call
    except error_type as error:
        return error
    raise AssertionError(f"expected an error, got {answer!r}")


async def _run(open_client):
    failed = 0
    async with open_client(sys.argv[1]) as client:
        for name, function, case in _checks:
            try:
                result = function(client, *case)
                if inspect.isawaitable(result):
                    await result
                print(f"ok {name}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
    print(f"{len(_checks)} checks, {failed} failed")
    return 1 if failed else 0
