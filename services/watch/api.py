"""The watch room over HTTP: stories, and how far the index has read. Reads only."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from services.http.asking.door import Door
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.telling.listing import resource_response
from services.http.telling.problem import Fault, fault
from services.watch.index import read_state
from services.watch.queries import MOST, MOST_EVER, find_story
from services.watch.resources import IndexResource, StoryResource, how_far, index_of, story_of

SCOPE: Final = "watch:read"
READ: Final = {"x-scope": SCOPE}


def routes(door: Door, identity: Identity) -> APIRouter:
    """The routes; those of a file of their own are added here."""
    router = APIRouter(tags=["watch"])
    reader = needs(identity, SCOPE)

    @router.get(
        "/stories/{id:path}",
        summary="The story of an order, serial, subscription, invoice or request",
        openapi_extra=READ,
        responses={200: {"model": StoryResource}},
        response_class=Response,
    )
    async def story(
        id: str,  # noqa: A002  the address's own word
        _caller: Annotated[Caller, Depends(reader)],
        limit: Annotated[int, Query(ge=1, le=MOST_EVER, description="At most so many records.")] = MOST,
        since: Annotated[
            AwareDatetime | None, Query(description="Only what was said of it from then on, with its causes.")
        ] = None,
    ) -> Response:
        """What was asked, by whom, decided how, said, caused, parked, refused, repeated, dead, invoiced: over all
        topics, as a tree of causes. `order:`, `serial:`, `subscription:`, `invoice:`, `payer:` or `request:` before the
        name says what is meant; a request is named by its id, by `source/id`, or as at `/requests`.
        """
        found = await find_story(door.reads, id, most=limit, since=since)
        if found.wanted is None:
            raise fault(Fault.NOT_FOUND, f"no record is about {id[:100]!r}: {how_far(found.state, door.now())}")
        return resource_response(story_of(found, door.now()))

    @router.get(
        "/watch",
        summary="How far the index of the watch room has read",
        openapi_extra=READ,
        responses={200: {"model": IndexResource}},
        response_class=Response,
    )
    async def index(_caller: Annotated[Caller, Depends(reader)]) -> Response:
        """What was said later than it has read is in no story yet."""
        return resource_response(index_of(await read_state(door.reads), door.now()))

    return router
