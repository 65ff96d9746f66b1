"""The dead letters of one service over HTTP: listed, rehearsed by its real handlers, sent again, left."""

import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field, ValidationError
from starlette.responses import Response

from contracts.values.immutable import Immutable
from services.engine.adapters.kafka_log import LogReaders
from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.adapters.mongo_reading import MongoReadings
from services.engine.core.document import replace
from services.engine.core.faults import Doubt, NotSaid
from services.engine.core.letter import DEAD_LETTERS
from services.engine.core.service import Service
from services.engine.runtime.rehearsing import Rehearsal
from services.http.asking.body import read_bytes
from services.http.asking.door import Door
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.mending.resources import (
    ActedResource,
    ContentResource,
    DeadLetterResource,
    DiscardAsked,
    PreviewResource,
    ReplayAsked,
    content_resource,
    letter_resource,
    preview_resource,
)
from services.http.telling.listing import ListPage, Paging, page_response, resource_response
from services.http.telling.problem import Fault, ProblemDocument, fault
from services.mending.acts import By, State
from services.mending.behind import newer_than
from services.mending.found import Shelved
from services.mending.holding_up import MOST, holds_up
from services.mending.query import Query as Letters
from services.mending.replaying import Preview, Replaying, Told
from services.mending.shelf import Shelf

READ: Final = "dead:read"
WRITE: Final = "dead:write"
PERSONAL: Final = "watch:personal"
M = TypeVar("M", bound=BaseModel)


class LetterFilters(Paging):
    """All letters that nobody did anything with, unless another state is named."""

    why: Annotated[str, Field(max_length=100, description="The reason of the letter: `cannot_be_decided`.")] = ""
    type: Annotated[str, Field(max_length=200, description="The message's type: `OrderSubmitted`.")] = ""
    about: Annotated[str, Field(max_length=200, description="Whom it is about: an order id, `serial:S`.")] = ""
    state: State = "open"
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class Ground(Immutable):
    """What a process has for all its sides: readers of the log, a producer, and how databases' names begin."""

    readers: LogReaders
    producer: KafkaProducer
    databases: str


class Mended:
    """One service's dead letters: what a process needs to find and rehearse them and to send them again."""

    def __init__(self, service: Service, door: Door, ground: Ground) -> None:
        self.service = service
        self.shelf = Shelf(ground.readers, door.lanes)
        self._door = door
        self._databases = ground.databases
        rehearsal = Rehearsal(service, door.lanes, MongoReadings(door.reads))
        self.replaying = Replaying({service.name: rehearsal}, ground.producer, door.lanes, _now)

    async def find(self, partition: int, offset: int) -> Shelved:
        """The letter that stands there. Raises ``Problem`` if there is none."""
        found = None
        if partition < self._door.lanes:
            found = await self.shelf.get(f"{self.service.name}{DEAD_LETTERS}/{partition}/{offset}")
        if found is None:
            raise fault(Fault.NOT_FOUND, "no dead letter stands there, or it is no longer kept")
        return found

    async def preview(self, shelved: Shelved, told: Told, edit: bytes | None = None) -> Preview:
        """What it would be now, with what came behind it and what it holds up."""
        every = await self.shelf.find(Letters(services=(self.service.name,)))
        dead = frozenset(each.letter.address for each in every.letters)
        async with self.shelf.reader() as reader:
            newer = await newer_than(reader, self.service, self._door.lanes, [shelved.letter], dead)
        preview = await self.replaying.preview(shelved, newer.get(shelved.letter.address, ()), told, edit)
        return replace(preview, holds_up=await holds_up(shelved.letter, self._ask))

    async def _ask(self, service: str, collection: str, wanted: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        database = self._door.reads.client[f"{self._databases}_{service}"]
        return await database[collection].find(wanted).limit(MOST).to_list()


def routes(mended: Mended, identity: Identity) -> APIRouter:
    """Their routes."""
    name = mended.service.name
    base = f"/dead-letters/{name}"
    title = name.capitalize()
    router = APIRouter(tags=["dead letters"], default_response_class=Response)
    reader, writer, personal = needs(identity, READ), needs(identity, WRITE), needs(identity, PERSONAL)
    held: dict[int | str, dict[str, Any]] = {
        409: {"model": ProblemDocument, "description": "It is held back; `detail` says why."}
    }

    @router.get(
        base,
        name=f"list{title}DeadLetters",
        operation_id=f"list{title}DeadLetters",
        summary=f"What {name} could not read, decide or store",
        openapi_extra={"x-scope": READ},
        responses={200: {"model": ListPage[DeadLetterResource]}},
    )
    async def letters(
        request: Request, filters: Annotated[LetterFilters, Query()], _caller: Annotated[Caller, Depends(reader)]
    ) -> Response:
        """The newest first, without what is in them."""
        of, rows = f"dead letters of {name}", filters.rows(request)
        after = filters.after(of, int, str)
        query = Letters(
            services=(name,),
            why=filters.why,
            type=filters.type,
            subject=filters.about,
            states=(filters.state,),
            since=None if filters.since is None else round(filters.since.timestamp() * 1000),
            until=None if filters.until is None else round(filters.until.timestamp() * 1000),
        )
        async with _kafka():
            found = (await mended.shelf.find(query)).letters
        newest = sorted(found, key=lambda each: (each.letter.at, each.letter.place), reverse=True)
        if after is not None:
            newest = [each for each in newest if (each.letter.at, each.letter.place) < (int(after[0]), str(after[1]))]
        page = newest[:rows]
        end = (page[-1].letter.at, page[-1].letter.place) if len(newest) > rows else None
        return page_response(of, filters, list(map(letter_resource, page)), end)

    @router.get(
        base + "/{partition}/{offset}",
        name=f"get{title}DeadLetter",
        operation_id=f"get{title}DeadLetter",
        summary=f"A dead letter of {name}, and what it would be now",
        openapi_extra={"x-scope": READ},
        responses={200: {"model": PreviewResource}},
    )
    async def letter(partition: Part, offset: Part, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """By the real rules on what stands there now; nothing is written, nobody is disturbed. Without its content."""
        async with _kafka():
            return resource_response(
                preview_resource(await mended.preview(await mended.find(partition, offset), Told()))
            )

    @router.post(
        base + "/{partition}/{offset}/content",
        name=f"show{title}DeadLetter",
        operation_id=f"show{title}DeadLetter",
        summary=f"What is in a dead letter of {name}, personal data included",
        openapi_extra={"x-scope": PERSONAL, "requestBody": _body(DiscardAsked)},
        responses={200: {"model": ContentResource}},
    )
    async def content(
        partition: Part, offset: Part, request: Request, caller: Annotated[Caller, Depends(personal)]
    ) -> Response:
        """Who saw it, and why, is on record before it is shown."""
        asked = await _asked(request, DiscardAsked)
        async with _kafka():
            shelved = await mended.find(partition, offset)
            await mended.replaying.note_shown(shelved, By(actor=caller.actor, reason=asked.reason), "http")
        return resource_response(content_resource(shelved))

    @router.post(
        base + "/{partition}/{offset}/replay",
        name=f"replay{title}DeadLetter",
        operation_id=f"replay{title}DeadLetter",
        summary=f"Send a dead letter of {name} again",
        openapi_extra={"x-scope": WRITE, "requestBody": _body(ReplayAsked)},
        responses={200: {"model": ActedResource}, **held},
    )
    async def replay(
        partition: Part, offset: Part, request: Request, caller: Annotated[Caller, Depends(writer)]
    ) -> Response:
        """It is rehearsed first, and held back (409) if it was sent before, would come behind a newer message about the
        same, or would do nothing. It keeps its identity and its cause; who sent it and why is on record.
        """
        asked = await _asked(request, ReplayAsked)
        told = Told(asked.behind_newer, asked.again, asked.anyway)
        edit = None if asked.edit is None else json.dumps(asked.edit, ensure_ascii=False).encode("utf-8", "replace")
        async with _kafka():
            shelved = await mended.find(partition, offset)
            preview = await mended.preview(shelved, told, edit)
            if preview.held_back:
                unless = f"; send `{preview.unless}` to have it sent all the same" if preview.unless else ""
                raise fault(Fault.HELD_BACK, preview.held_back + unless)
            by = By(actor=caller.actor, reason=asked.reason)
            act = await mended.replaying.replay(shelved, by, preview.rehearsed, edit)
        sent_to, verdict = getattr(act, "sent_to", None), getattr(act, "verdict", None)
        return resource_response(ActedResource(what="replayed", address=act.address, sent_to=sent_to, verdict=verdict))

    @router.post(
        base + "/{partition}/{offset}/discard",
        name=f"discard{title}DeadLetter",
        operation_id=f"discard{title}DeadLetter",
        summary=f"Leave a dead letter of {name} for good",
        openapi_extra={"x-scope": WRITE, "requestBody": _body(DiscardAsked)},
        responses={200: {"model": ActedResource}},
    )
    async def discard(
        partition: Part, offset: Part, request: Request, caller: Annotated[Caller, Depends(writer)]
    ) -> Response:
        """It is kept, and can still be sent again when told."""
        asked = await _asked(request, DiscardAsked)
        async with _kafka():
            shelved = await mended.find(partition, offset)
            if shelved.state != "discarded":
                await mended.replaying.discard(shelved, By(actor=caller.actor, reason=asked.reason))
        return resource_response(ActedResource(what="discarded", address=shelved.letter.address))

    return router


Part = Annotated[int, Field(ge=0, le=2**53)]


async def _asked(request: Request, model: type[M]) -> M:
    """The body. Raises ``Problem`` with what is wrong in it."""
    try:
        return model.model_validate_json(await read_bytes(request))
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"/{part}" for part in first["loc"])
        raise fault(Fault.PARAMETER_INVALID, f"{where or 'the body'}: {first['msg']}"[:300], pointer=where) from None


def _body(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    return {"required": True, "content": {"application/json": {"schema": schema}}}


@asynccontextmanager
async def _kafka() -> AsyncIterator[None]:
    """Raises ``Problem`` if Kafka does not answer."""
    try:
        yield
    except (Doubt, NotSaid, TimeoutError):
        raise fault(Fault.UNAVAILABLE, "Kafka does not answer", headers={"Retry-After": "2"}) from None


def _now() -> int:
    return time.time_ns() // 1_000_000
