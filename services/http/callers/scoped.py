"""No route without a scope: looked at when the application is made, so that none is opened by forgetting."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from services.engine.core.faults import Stop
from services.http.callers.identity import ASKS
from services.http.callers.scopes import ANY_KEY, NONE, SCOPES

FREE: Final = ("/health", "/docs", "/openapi.json", "/problems")
"""Where no key is needed: how the process is, and what can be read about it. Nothing of an installation is there."""


def check_scopes(app: FastAPI) -> None:
    """Raises ``Stop`` with every route that names no scope, or does not ask for the one that it names."""
    wrong = [sentence for route in iter_route_contexts(app.routes) for sentence in _wrong(route)]
    if wrong:
        raise Stop("; ".join(wrong))


def _wrong(context: RouteContext) -> Iterator[str]:
    route = context.original_route
    path = str(getattr(context, "path", None) or getattr(route, "path", "a route"))
    if _is_free(path):
        return
    if not isinstance(route, APIRoute):
        yield f"{path} names no scope, and is no route that could"
        return
    named = (route.openapi_extra or {}).get("x-scope")
    asked = set(_asked(route.dependant))
    if named == NONE:
        yield f"{path} names the scope {NONE}, which only {', '.join(FREE)} may"
    elif named is None or (named != ANY_KEY and named not in SCOPES):
        yield f"{path} names no scope: give it x-scope, one of services/http/callers/scopes.py"
    elif named not in asked:
        yield f"{path} names {named} and does not ask for it: give it a caller by needs()"


def _is_free(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in FREE)


def _asked(dependant: Dependant) -> Iterator[Any]:
    yield getattr(dependant.call, ASKS, None)
    for each in dependant.dependencies:
        yield from _asked(each)
