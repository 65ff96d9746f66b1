"""The span of a request over HTTP, and what of it goes with the request to Kafka."""

from collections.abc import Sequence

import httpx2 as httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from services.engine.observe.spans import Span
from services.http.asking.tracing import trace_of
from services.http.traced import Traced
from tests.contracts.test_trace import SPAN, TRACE, VALID


class Told:
    """Keeps the spans that are offered."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def offer(self, spans: Sequence[Span]) -> None:
        self.spans += spans


def application(told: Told | None) -> FastAPI:
    """Answers with the trace that would be sent along; ``/orders/bad`` is a defect."""
    app = FastAPI()

    @app.get("/orders/{order_id}")
    async def order(order_id: str, request: Request) -> Response:
        return Response(trace_of(request), 503 if order_id == "bad" else 200)

    @app.get("/health/live")
    async def live() -> Response:
        return Response()

    if told is not None:
        app.add_middleware(Traced, offer=told.offer)
    return app


async def asked(told: Told | None, path: str, traceparent: str | None = None) -> str:
    transport = httpx.ASGITransport(app=application(told))
    async with httpx.AsyncClient(transport=transport, base_url="http://leaseline.test") as client:
        headers = {} if traceparent is None else {"traceparent": traceparent}
        return (await client.get(path, headers=headers)).text


async def test_what_a_caller_began_goes_on_below_the_span_of_the_request() -> None:
    told = Told()
    sent = await asked(told, "/orders/A-1", VALID)
    (span,) = told.spans
    assert (span.name, span.kind, span.above, span.trace) == ("GET /orders/{order_id}", "server", VALID, sent)
    assert (sent[3:35], sent[36:52] != SPAN) == (TRACE, True)
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "http.route": "/orders/{order_id}",
        "http.response.status_code": 200,
    }
    assert span.begun <= span.ended
    assert not span.failed


@pytest.mark.parametrize("traceparent", [None, "00-wrong", VALID.upper()])
async def test_a_request_without_a_trace_begins_one(traceparent: str | None) -> None:
    told = Told()
    sent = await asked(told, "/orders/A-1", traceparent)
    assert [(span.trace, span.above) for span in told.spans] == [(sent, "")]
    assert sent != await asked(told, "/orders/A-1", traceparent)


async def test_an_answer_of_5xx_is_a_failure() -> None:
    told = Told()
    await asked(told, "/orders/bad", VALID)
    assert [(span.failed, span.attributes["http.response.status_code"]) for span in told.spans] == [(True, 503)]


async def test_a_trace_that_nobody_keeps_is_passed_on_and_has_no_span() -> None:
    told = Told()
    sent = await asked(told, "/orders/A-1", f"00-{TRACE}-{SPAN}-00")
    assert (sent[3:35], sent[-2:], told.spans) == (TRACE, "00", [])


async def test_probes_have_no_span() -> None:
    told = Told()
    await asked(told, "/health/live", VALID)
    assert told.spans == []


async def test_where_no_spans_are_told_the_callers_trace_is_passed_on_as_it_is() -> None:
    assert await asked(None, "/orders/A-1", VALID) == VALID
    assert await asked(None, "/orders/A-1", "00-wrong") == ""
