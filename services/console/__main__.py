"""The entry point: ``python -m services.console``; exit status 0 after SIGTERM, 1 with the reason."""

import asyncio

import structlog
import uvicorn

from services.console.app import build
from services.console.settings import ConsoleSettings
from services.engine.core.faults import Stop
from services.engine.observe.logs import configure
from services.engine.runtime.mistyped import mistyped


class _Server(uvicorn.Server):
    """Says when it listens."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # sockets are passed on
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            address = f"http://{self.config.host}:{self.config.port}"
            structlog.get_logger("console").info("console.ready", address=address)


def main() -> None:
    """Runs until SIGTERM."""
    settings = ConsoleSettings.read()
    configure("console", settings.logs, settings.log_level)
    for sentence in mistyped():
        structlog.get_logger("console").warning("setting.unknown", reason=sentence)
    try:
        app = build(settings)
    except Stop as stop:
        raise SystemExit(f"console stopped: {stop}") from None
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    server = _Server(config)
    asyncio.run(server.serve())
    if not server.started:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
