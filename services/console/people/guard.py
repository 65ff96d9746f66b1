"""What every answer carries, and what is refused before any page sees it: a form that another site sent."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("style", "script", "img", "font", "connect")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SAFE: Final = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Pages of ours only send forms to us; nothing of anybody else runs in a page."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        """``address`` is how browsers reach us."""
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or lets the application answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sends(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/assets/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["method"] not in SAFE and not same_origin(Headers(scope=scope), self._address):
            refused = PlainTextResponse("This form came from another site, so nothing was done.", 403)
            await refused(scope, receive, sends)
            return
        await self._app(scope, receive, sends)


def same_origin(headers: Headers, address: str) -> bool:
    """Whether a page of ours sent it: the browser says so, or names our origin; one that says neither is refused."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin") == address
