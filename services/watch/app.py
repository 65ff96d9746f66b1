"""The watch service as a process: wiring only. ``python -m services.watch``, any time, one for an installation.

It yields to everything else on its machine: what it reads stands in the log tomorrow, too.
"""

import asyncio
import contextlib
import os
import signal
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import structlog

from services.engine.adapters.kafka_topics import answers
from services.engine.adapters.mongo_client import connect
from services.engine.core.faults import Stop
from services.engine.observe.health import Watched, serve_health
from services.engine.observe.logs import configure
from services.engine.observe.outages import Outages
from services.engine.observe.standing import tell_ready, tell_servers
from services.engine.observe.thinning import Libraries
from services.engine.runtime.giving_back import keep_one_arena
from services.engine.runtime.mistyped import mistyped
from services.watch.courtesy import Courtesy
from services.watch.figures import WatchFigures
from services.watch.index import Index
from services.watch.indexing import GATHERS, NAMES, Indexing
from services.watch.settings import WatchSettings
from services.watch.telling.tell import tell

LOWEST: Final = 19
"""The niceness of a process that takes what nobody else wants."""


class Reading:
    """It holds no lanes, and never has to stop."""

    held: Any = MappingProxyType({})
    stopped: object = None


async def served(settings: WatchSettings, libraries: Libraries) -> None:
    """Runs until SIGTERM or SIGINT."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.set_exception_handler(libraries.unretrieved)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with connect(settings.engine.mongo) as client:
        outages = Outages(
            {"Kafka": partial(answers, settings.engine.kafka), "MongoDB": partial(client.admin.command, "ping")},
            libraries.thinning,
        )
        watched, figures = Watched(outages), WatchFigures()
        tell_ready(figures.registry, "watch", watched)
        tell_servers(figures.registry, "watch", outages)

        def ready() -> None:
            if watched.worker is None:
                watched.worker = Reading()
                structlog.get_logger("watch").info("service.ready", topics=len(NAMES), days=settings.days)

        indexing = Indexing(
            Index(client[settings.database], settings.days),
            settings.engine.kafka,
            tell,
            figures,
            complain=outages.complain,
            ready=ready,
            courtesy=Courtesy(),
            gathers=GATHERS,
        )
        with serve_health(settings.engine.health_port, figures.registry, watched):
            tasks = [asyncio.create_task(each) for each in (outages.keep_asking(), watched.keep_beating())]
            working = asyncio.create_task(indexing.run())
            ending = asyncio.create_task(ended.wait())
            try:
                await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()  # a defect of ours: its traceback is better than standing still
            finally:
                for task in (*tasks, working, ending):
                    task.cancel()
                await asyncio.gather(*tasks, working, ending, return_exceptions=True)
                await outages.close()


def main() -> None:
    """The entry point: exit status 0 after SIGTERM, 1 with the reason when it could not start."""
    settings = WatchSettings.read()
    keep_one_arena()
    with contextlib.suppress(OSError):
        os.nice(LOWEST)
    libraries = configure("watch", settings.engine.logs, settings.engine.log_level)
    for sentence in mistyped():
        structlog.get_logger("watch").warning("setting.unknown", reason=sentence)
    try:
        asyncio.run(served(settings, libraries))
    except Stop as stop:
        raise SystemExit(f"watch stopped: {stop}") from None
