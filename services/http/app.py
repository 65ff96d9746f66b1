"""The HTTP sides of one or more services as one application: wiring only."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from types import MappingProxyType

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.engine.adapters.kafka_log import LogReaders
from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.tracing import open_tracing
from services.engine.core.faults import Stop
from services.engine.observe.health import Watched
from services.engine.observe.standing import tell_ready
from services.http import health
from services.http.asking import requests
from services.http.asking.door import Door
from services.http.bounded import Bounded
from services.http.callers.identity import Identity
from services.http.callers.locking import Locks
from services.http.callers.scoped import check_scopes
from services.http.events import api as events
from services.http.events.feed import Feed
from services.http.figures import Counted, HttpFigures, Timed
from services.http.imports import api as imports
from services.http.mending import api as mending
from services.http.settings import HttpSettings
from services.http.side import OpenSide, Side
from services.http.telling import pages
from services.http.telling.openapi import document, name_operation
from services.http.telling.problem import Fault, Problem, fault
from services.http.traced import Traced

INSTALLATION = "installation"
MOST_READERS = 32
"""Readers of events at once in one process; one more waits for its turn."""
GROWN_WITHIN = 5.0
"""Seconds in which a process notices that the installation has more lanes than it was told."""


def build(
    sides: Sequence[Side],
    settings: HttpSettings,
    identity: Identity | None = None,
    at: Callable[[str], None] = lambda _step: None,
) -> FastAPI:
    """The application. ``at`` is told of each step of a request. Raises ``Stop`` if a route names no scope."""
    client = connect(settings.engine.mongo, done_within=settings.bounds.query)
    producer = KafkaProducer(settings.engine.kafka, "leaseline-http")
    opened = [OpenSide(side, client, producer, settings.engine, settings.bounds, at) for side in sides]
    locks = Locks(settings, client)
    known = identity or locks.identity
    figures, watched = HttpFigures(), Watched()
    tell_ready(figures.registry, "http", watched)
    tracing = open_tracing("http", figures.registry)
    readers = LogReaders(settings.engine.kafka, MOST_READERS)
    owners = [partial(side.owned, found.door) for side, found in zip(sides, opened, strict=True) if side.owned]
    feed = Feed(readers, settings.engine.lanes, owners[0] if owners else None)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        for side in opened:
            await _agree(side, settings)
            await side.store.prepare()
            await side.imports.prepare()
        await locks.start()
        watched.worker = _Serving()
        counted = [
            Counted(each.service, found.door, each.waits, each.oldest)
            for each, found in zip(sides, opened, strict=True)
        ]
        counting = figures.keep_counting(counted)
        tasks = [asyncio.create_task(each) for each in (counting, watched.keep_beating())]
        tasks += [asyncio.create_task(side.sender.run()) for side in opened]
        tasks += [asyncio.create_task(_notice_growth(side, settings)) for side in opened[:1]]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for side in opened:
                await side.waiting.close()
            for close in (locks.close, readers.close, producer.close, client.close):
                await close()
            if tracing is not None:
                await asyncio.to_thread(tracing.close)

    app = FastAPI(
        title="Leaseline",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=name_operation,
    )
    app.state.figures, app.state.watched = figures, watched
    app.add_middleware(Timed, figures=figures)
    if tracing is not None:
        app.add_middleware(Traced, offer=tracing.offer)
    _tell_problems(app)
    app.include_router(health.routes([side.door for side in opened]))
    app.include_router(requests.routes({side.service: side.door for side in opened}, known))
    app.include_router(imports.routes({side.service: (side.door, side.imports) for side in opened}, known))
    app.include_router(pages.routes(cache(partial(document, app))))
    app.mount(pages.ASSETS, pages.assets())
    app.include_router(events.routes(feed, known))
    for side, found in zip(sides, opened, strict=True):
        for router in _routes(side, found.door, known, mending.Ground(readers, producer, settings.engine.databases)):
            app.include_router(router)
    check_scopes(app)
    app.add_middleware(Bounded, bounds=settings.bounds)
    return app


def _routes(side: Side, door: Door, identity: Identity, ground: mending.Ground) -> Iterator[APIRouter]:
    """Those of a side, and those of its service's dead letters."""
    yield side.routes(door, identity)
    if side.decides is not None:
        yield mending.routes(mending.Mended(side.decides(), door, ground), identity)


class _Serving:
    """An HTTP process holds no lanes."""

    held: Mapping[int, object] = MappingProxyType({})
    stopped: object = None


async def _notice_growth(side: OpenSide, settings: HttpSettings) -> None:
    """Ends the process in order once the installation has grown: its events have partitions that it does not read."""
    while True:
        await asyncio.sleep(GROWN_WITHIN)
        try:
            await _agree(side, settings)
        except Stop as stop:
            structlog.get_logger("http").error("http.grown", reason=str(stop))
            signal.raise_signal(signal.SIGTERM)
            return
        except PyMongoError:
            continue  # told by those who wait for an answer


async def _agree(side: OpenSide, settings: HttpSettings) -> None:
    """Raises ``Stop`` if the installation has another number of lanes: requests would go to the wrong ones."""
    found = await side.door.reads[INSTALLATION].find_one({"_id": "lanes"})
    if found is not None and found["lanes"] != settings.engine.lanes:
        raise Stop(
            f"this installation has {found['lanes']} lanes, the setting says {settings.engine.lanes}: "
            f"set LEASELINE_LANES={found['lanes']}"
        )


def _tell_problems(app: FastAPI) -> None:
    """Whatever goes wrong is told in one shape."""
    log = structlog.get_logger("http")

    @app.exception_handler(Problem)
    async def problem(_request: Request, error: Problem) -> Response:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def parameter(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = "/".join(str(part) for part in first["loc"][1:])
        found = f"{where}: {first['msg']}"[:300]
        return fault(Fault.PARAMETER_INVALID, found, parameter=where).response()

    @app.exception_handler(HTTPException)
    async def unknown(_request: Request, error: HTTPException) -> Response:
        which = Fault.METHOD_UNKNOWN if error.status_code == 405 else Fault.NOT_FOUND
        return fault(which, headers=error.headers).response()

    @app.exception_handler(PyMongoError)
    async def away(_request: Request, error: PyMongoError) -> Response:
        log.warning("mongodb.away", reason=type(error).__name__)
        return fault(Fault.UNAVAILABLE, headers={"Retry-After": "2"}).response()

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> Response:
        route = getattr(request.scope.get("route"), "path", "")
        log.error("http.defect", route=route, error=type(error).__name__, exc_info=error)
        return fault(Fault.DEFECT).response()
