"""Pages for people: the API to read and to try, and what each code means. No other host is asked for anything."""

from collections.abc import Callable, Mapping
from html import escape
from importlib.resources import files
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from contracts.values.refusals import WHAT_TO_DO, Code
from services.http.telling.problem import TITLES, Fault, fault
from services.http.telling.refusing import STATUSES

ASSETS: Final = "/docs/assets"
_DOCS: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Leaseline: the API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" href="/docs/assets/favicon-32x32.png"></head>
<body><div id="ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>"""
_START: Final = """SwaggerUIBundle({url: "/openapi.json", dom_id: "#ui", deepLinking: true,
  displayRequestDuration: true, presets: [SwaggerUIBundle.presets.apis], validatorUrl: null});"""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page asks this host alone."""


def assets() -> StaticFiles:
    """Swagger UI's files, from its package."""
    return StaticFiles(directory=str(files("swagger_ui_bundle") / "vendor" / _version()))


def _version() -> str:
    (found,) = [each.name for each in (files("swagger_ui_bundle") / "vendor").iterdir() if each.is_dir()]
    return found


def routes(document: Callable[[], Mapping[str, Any]]) -> APIRouter:
    """The pages; none needs a key: they tell nothing that stands in no repository."""
    router = APIRouter(tags=["pages"], include_in_schema=False)
    open_to_all = {"x-scope": "none"}

    @router.get("/openapi.json", openapi_extra=open_to_all)
    async def openapi() -> Response:
        """The document of this API."""
        return JSONResponse(document())

    @router.get("/docs", openapi_extra=open_to_all)
    async def docs() -> Response:
        """A page to read the API, and to try it."""
        return HTMLResponse(_DOCS, headers={"Content-Security-Policy": _POLICY})

    @router.get("/docs/start.js", openapi_extra=open_to_all)
    async def start() -> Response:
        """Starts the page."""
        return Response(_START, media_type="text/javascript")

    @router.get("/problems/{code}", openapi_extra=open_to_all)
    async def problem(code: str) -> Response:
        """What a code means, and what to do."""
        found = meaning(code)
        if found is None:
            raise fault(Fault.NOT_FOUND, "there is no such code")
        status, title, what_to_do = found
        page = (
            f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(title)}</title>"
            f"<h1>{escape(title)}</h1><p><code>{escape(code)}</code>, status {status}</p>"
            f"<p>{escape(what_to_do)}</p></html>"
        )
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    return router


def meaning(code: str) -> tuple[int, str, str] | None:
    """Status, title and what to do; None for what is no code."""
    if code in set(Fault):
        status, title, what_to_do, _ = TITLES[Fault(code)]
        return status, title, what_to_do
    if code in set(Code):
        return STATUSES[Code(code)], code.replace("_", " ").capitalize(), WHAT_TO_DO[Code(code)]
    return None
