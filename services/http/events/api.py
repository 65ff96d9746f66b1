"""`GET /events`: the feed over HTTP."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.engine.core.faults import Doubt
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.events.feed import TYPES, Feed
from services.http.events.position import Filters
from services.http.telling.problem import Fault, ProblemDocument, fault

BATCH: Final = "application/cloudevents-batch+json"
MOST: Final = 1000


def routes(feed: Feed, identity: Identity) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["events"])

    @router.get(
        "/events",
        summary="What the services say, from a cursor on",
        openapi_extra={"x-scope": "events:read"},
        response_class=Response,
        responses={
            200: {
                "description": "Events in CloudEvents' JSON batch format, and where the next call goes on.",
                "headers": {"Cursor": {"schema": {"type": "string"}}},
                "content": {BATCH: {"schema": {"type": "array", "items": {"type": "object"}}}},
            },
            410: {"model": ProblemDocument, "description": "What comes next is no longer kept: begin anew."},
        },
    )
    async def events(
        caller: Annotated[Caller, Depends(needs(identity, "events:read"))],
        cursor: Annotated[
            str, Query(description="`begin`, `now`, or where the last answer ended (its header Cursor).")
        ] = "begin",
        types: Annotated[str, Query(max_length=2000, description="Only these, with commas: `OrderPlaced`.")] = "",
        subject: Annotated[str | None, Query(max_length=200, description="Only what is about it.")] = None,
        source: Annotated[str | None, Query(max_length=100, description="Only what this service says.")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
        patience: Annotated[
            float, Query(alias="timeout", ge=0, le=30, description="Seconds to wait for the next event.")
        ] = 0.0,
    ) -> Response:
        """CloudEvents as a JSON array, by lane in their order. Take the header Cursor to the next call: nothing is
        missed as long as events are kept; 410 when they are no longer. An event may come twice: it is known by its
        `source` and `id`.
        """
        wanted = tuple(name.strip() for name in types.split(",") if name.strip())
        for name in wanted:
            if name not in TYPES:
                raise fault(Fault.PARAMETER_INVALID, f"types: there is no event {name[:60]}", parameter="types")
        filters = Filters(wanted, subject, source)
        try:
            found = await feed.read(cursor, filters, caller, most=limit, seconds=patience)
        except (Doubt, TimeoutError):
            raise fault(Fault.UNAVAILABLE, "Kafka does not answer", headers={"Retry-After": "2"}) from None
        body = b"[" + b",".join(found.events) + b"]"
        return Response(body, headers={"Cursor": found.cursor}, media_type=BATCH)

    return router
