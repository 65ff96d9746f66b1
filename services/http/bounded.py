"""Around every request: what it may cost, what is given back at its end, what no cache may keep. Plain ASGI."""

from collections.abc import Callable
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.http.bounds import Bounds

_ATTRIBUTE: Final = "at_the_end"


class Bounded:
    """The application, with its bounds in the state of each request."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, whatever becomes of it: also one whose caller has gone."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ends: list[Callable[[], None]] = []
        state = scope.setdefault("state", {})
        state["bounds"] = self._bounds
        state[_ATTRIBUTE] = ends
        try:
            await self._app(scope, receive, _careful(send))
        finally:
            for end in ends:
                end()


def at_the_end(request: Request, end: Callable[[], None]) -> None:
    """``end`` is called once when the request is over, answered or not."""
    ends: list[Callable[[], None]] = getattr(request.state, _ATTRIBUTE)
    ends.append(end)


def _careful(send: Send) -> Send:
    """Answers hold names and addresses: nobody on the way keeps them, and no browser guesses what they are."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("cache-control", "no-store")
            headers["x-content-type-options"] = "nosniff"
        await send(message)

    return sent
