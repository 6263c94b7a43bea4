"""What schemathesis cannot know of this server."""

import json

import schemathesis
from schemathesis.core import NOT_SET


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx: schemathesis.SerializationContext, value: object) -> bytes:
    """A body of lines is described as text; anything else was made to be wrong."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", errors="surrogatepass")


HEADER = "Inference-Header-Content-Length"


@schemathesis.hook
def before_call(ctx: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict) -> None:
    """A header belongs to all media types of an operation, but this one means something else, or nothing, with some."""
    if case.body is NOT_SET or HEADER not in case.headers:
        return
    # Lines of text are read as such whatever it says.
    is_text = case.media_type in ("text/csv", "application/x-ndjson")
    # With 0 a body is the bytes of a tensor, so what its schema says of JSON does not hold.
    is_raw = case.media_type == "application/json" and str(case.headers[HEADER]) == "0"
    if is_text or is_raw:
        del case.headers[HEADER]
