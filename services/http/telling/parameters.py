"""A parameter that nobody reads would be a filter that filters nothing: it is told, with the near one."""

from difflib import get_close_matches
from typing import Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request

from services.http.telling.problem import Fault, fault

OF_COMMANDS: Final = frozenset({"unknown"})
"""What every route takes that asks for something."""


def check_parameters(request: Request) -> None:
    """Raises ``Problem`` for a query parameter that this route does not know."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = known_to(route.dependant)
    if "x-request" in (route.openapi_extra or {}):
        known |= OF_COMMANDS
    for name in request.query_params:
        if name not in known:
            near = get_close_matches(name, known, 1)
            meant = f", perhaps {near[0]} is meant" if near else f"; it takes {', '.join(sorted(known)) or 'none'}"
            raise fault(
                Fault.PARAMETER_INVALID, f"there is no parameter {name[:60]!r} here{meant}", parameter=name[:60]
            )


def known_to(dependant: Dependant) -> set[str]:
    """The parameters that a route takes, those of what it depends on among them."""
    found: set[str] = set()
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):  # those of a list stand in one model
            found |= set(kind.model_fields)
        else:
            found.add(field.alias)
    for each in dependant.dependencies:
        found |= known_to(each)
    return found
