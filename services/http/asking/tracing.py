"""The trace of a request over HTTP: what its caller sent, or the span of this process that answers it."""

from typing import Final

from fastapi import Request

from contracts.wire.trace import TRACEPARENT, read_trace

SPAN: Final = "leaseline.span"
"""Where a request's scope has the span of this process, if spans are told."""


def trace_of(request: Request) -> str:
    """Its ``traceparent``, if that is a valid one: it is stored with the request and sent along."""
    own: str | None = request.scope.get(SPAN)
    return read_trace(request.headers.get(TRACEPARENT)) if own is None else own
