"""The trace of a request over HTTP: what its caller sent, or the span of this process that answers it."""

from fastapi import Request

from contracts.wire.trace import TRACEPARENT, read_trace


def trace_of(request: Request) -> str:
    """Its ``traceparent``, if that is a valid one: it is stored with the request and sent along."""
    return read_trace(request.headers.get(TRACEPARENT))
