"""The console as one application: wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx2
import structlog
from fastapi import FastAPI, Request
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from services.console.asking.api import WITHIN
from services.console.asking.fields import MOST_OF_EDITED_ORDER, form_of
from services.console.pages import editing, entering, new_order, order, orders, subscribing, subscriptions
from services.console.pages.catalog import Catalogs
from services.console.pages.frame import Frame
from services.console.people.entry import Entry, LogInFirst, back_of, login_path
from services.console.people.guard import Guard
from services.console.people.store import People, database_of
from services.console.settings import ConsoleSettings
from services.engine.adapters.mongo_client import connect
from services.engine.core.faults import Stop

ASSETS: Final = Path(__file__).parent / "assets"
PACKAGES: Final = Path(__file__).parents[2] / ".leaseline" / "assets"
"""Where set-up puts the packages that pages are served with (`deploy/requirements/assets.txt`)."""
KEPT: Final = {"Cache-Control": "max-age=3600"}
HTMX: Final = PACKAGES / "django_htmx" / "static" / "django_htmx" / "htmx-2.min.js"


def build(settings: ConsoleSettings) -> FastAPI:
    """The application. Raises ``Stop`` if MongoDB's address asks for less than a majority, or set-up has not run."""
    if not HTMX.exists():
        raise Stop(f"{HTMX.name} is not here: run make setup, which fetches what pages are served with")
    mongo = connect(settings.mongo)
    client = httpx2.AsyncClient(base_url=settings.api, timeout=WITHIN)
    people = People(mongo[database_of(settings.databases)])
    catalogs = Catalogs()
    frame = Frame(Entry(people, settings), client, settings.key)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await people.prepare()
        try:
            yield
        finally:
            await client.aclose()
            await mongo.close()

    app = FastAPI(title="Leaseline console", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(entering.routes(frame))
    app.include_router(orders.routes(frame))
    app.include_router(new_order.routes(frame, catalogs))
    app.include_router(editing.routes(frame, catalogs))
    app.include_router(order.routes(frame))
    app.include_router(subscribing.routes(frame))
    app.include_router(subscriptions.routes(frame))
    app.add_api_route("/assets/htmx.js", lambda: FileResponse(HTMX, headers=KEPT), include_in_schema=False)
    app.mount("/assets", StaticFiles(directory=ASSETS), "assets")
    _tell_failures(app, frame)
    app.add_middleware(Guard, address=settings.public)
    return app


def _tell_failures(app: FastAPI, frame: Frame) -> None:
    """Whatever goes wrong is a page that says what to do."""
    log = structlog.get_logger("console")

    def failed(request: Request, title: str, what_to_do: str, status: int) -> Response:
        values = {"title": title, "what_to_do": what_to_do}
        return frame.bare("failure.html.j2", values, request, status)

    @app.exception_handler(LogInFirst)
    async def login(request: Request, _first: LogInFirst) -> Response:
        if request.method != "POST":
            return RedirectResponse(login_path(back_of(request)), 303)
        form = await form_of(request, MOST_OF_EDITED_ORDER)
        return entering.ask(frame, request, entering.Asked(request.url.path, carried=form))

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        return failed(request, "There is no such page", "Look for it in the list of orders.", error.status_code)

    @app.exception_handler(PyMongoError)
    async def away(request: Request, error: PyMongoError) -> Response:
        log.warning("mongodb.away", reason=type(error).__name__)
        return failed(request, "The database is away", "Nothing was changed. Try again in a moment.", 503)

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> Response:
        log.error("console.defect", error=type(error).__name__, exc_info=error)
        return failed(request, "Something is wrong on our side", "Tell operations; the log has the reason.", 500)
