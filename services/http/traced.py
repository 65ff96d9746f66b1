"""A span for each request over HTTP, where spans are told: plain ASGI, so that nothing about streaming changes."""

import time
from collections.abc import Callable, Sequence
from secrets import token_bytes, token_hex

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.wire.trace import TRACEPARENT, in_span, is_sampled, read_trace
from services.engine.observe.spans import Span
from services.http.answered import Answered
from services.http.asking.tracing import SPAN


class Traced:
    """Begins a trace, or goes on with the caller's: what is asked is sent to Kafka as a child of this span."""

    def __init__(self, app: ASGIApp, offer: Callable[[Sequence[Span]], None]) -> None:
        self._app = app
        self._offer = offer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Probes have no span."""
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self._app(scope, receive, send)
            return
        above = read_trace(Headers(scope=scope).get(TRACEPARENT))
        own = in_span(above, token_bytes(8)) if above else f"00-{token_hex(16)}-{token_hex(8)}-01"
        scope[SPAN] = own
        begun = time.time_ns()
        answered = Answered(send)
        try:
            await self._app(scope, receive, answered)
        finally:
            if is_sampled(own):
                self._offer((_span(scope, answered.status, own, above, begun),))


def _span(scope: Scope, status: int, own: str, above: str, begun: int) -> Span:
    route = getattr(scope.get("route"), "path", "none")
    attributes: dict[str, str | int] = {
        "http.request.method": scope["method"],
        "http.route": route,
        "http.response.status_code": status,
    }
    name = f"{scope['method']} {route}"
    return Span(name, "server", own, begun, time.time_ns(), attributes, above=above, failed=status >= 500)
