"""`/requests/{id}`: what became of a request, for whoever made it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.http.asking.commands import tell
from services.http.asking.door import Door
from services.http.asking.outcome import Outcome
from services.http.asking.prefer import wait_of
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, known
from services.http.telling.problem import Fault, fault


class Told(BaseModel):
    """What became of a request, or where it stands."""

    outcome: Outcome


def routes(doors: Mapping[str, Door], identity: Identity) -> APIRouter:
    """The route, over all services of this process: a request's name begins with that of its service."""
    router = APIRouter(tags=["requests"])

    @router.get(
        "/requests/{request_id}",
        summary="What became of a request",
        openapi_extra={"x-scope": "any key"},
        response_class=Response,
        responses={200: {"model": Told}, 202: {"model": Told, "description": "It is still open."}},
    )
    async def request(
        request_id: str, request: Request, caller: Annotated[Caller, Depends(known(identity))]
    ) -> Response:
        """The outcome of a request of one's own; with `Prefer: wait=n` it waits for it. Kept for seven days."""
        door = doors.get(request_id.partition("-")[0])
        wait = wait_of(request.headers.get("prefer"), 0.0)
        taken = None if door is None else await door.look_up(request_id, caller, wait)
        if door is None or taken is None:
            raise fault(Fault.NOT_FOUND, "there is no such request of yours, or it is older than seven days")
        return await tell(taken, caller, door, None)

    return router
