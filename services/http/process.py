"""An HTTP process, from start to stop: never in the process of a consumer, any number side by side."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import structlog
import uvicorn

from services.engine.core.faults import Stop
from services.engine.observe.health import serve_health
from services.engine.observe.logs import configure
from services.engine.runtime.mistyped import mistyped
from services.http.app import build
from services.http.settings import HttpSettings
from services.http.side import Side

STOPS_WITHIN: Final = 40
"""Seconds that what is open has to be answered once the process was told to end."""


class _Server(uvicorn.Server):
    """Says when it listens."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # sockets are passed on
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            port = next((s.getsockname()[1] for server in self.servers for s in server.sockets), self.config.port)
            structlog.get_logger("http").info("http.ready", address=f"http://{self.config.host}:{port}")


def main(sides: Sequence[Side], at: Callable[[str], None] = lambda _step: None) -> None:
    """The entry point: exit status 0 after SIGTERM, 1 with the reason when it could not start."""
    settings = HttpSettings.read()
    configure("http", settings.engine.logs, settings.engine.log_level)
    log = structlog.get_logger("http")
    for sentence in mistyped():
        log.warning("setting.unknown", reason=sentence)
    if settings.open:
        log.warning("http.open", reason="LEASELINE_HTTP_OPEN=yes: everybody who reaches this address may do everything")
    try:
        app = build(sides, settings, at=at)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=STOPS_WITHIN,
            server_header=False,
            date_header=True,
        )
        server = _Server(config)
        with serve_health(settings.engine.health_port, app.state.figures.registry, app.state.watched):
            asyncio.run(server.serve())
    except Stop as stop:
        raise SystemExit(f"http stopped: {stop}") from None
    if not server.started:
        raise SystemExit(1)
