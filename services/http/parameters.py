"""A parameter that nobody reads would be a filter that filters nothing: it is told, with the near one."""

from difflib import get_close_matches
from typing import Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request

from services.http.problem import Fault, fault

OF_COMMANDS: Final = frozenset({"unknown"})
"""What every route takes that asks for something."""


def check_parameters(request: Request) -> None:
    """Raises ``Problem`` for a query parameter that this route does not know."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = _names(route.dependant)
    if "x-request" in (route.openapi_extra or {}):
        known |= OF_COMMANDS
    for name in request.query_params:
        if name not in known:
            near = get_close_matches(name, known, 1)
            meant = f", perhaps {near[0]} is meant" if near else f"; it takes {', '.join(sorted(known)) or 'none'}"
            raise fault(Fault.PARAMETER_INVALID, f"there is no parameter {name[:60]!r} here{meant}", pointer="")


def _names(dependant: Dependant) -> set[str]:
    found = {field.alias for field in dependant.query_params}
    for each in dependant.dependencies:
        found |= _names(each)
    return found
