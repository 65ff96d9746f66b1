"""A rehearsal says what the same record then is, and leaves every document as it was."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from contracts.tools.generate import example_of
from contracts.wire.message import Body
from services.billing.service import billing
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import Stored, replace_by
from services.engine.core.record import Outgoing
from services.engine.core.rehearsal import Rehearsed, Verdict, together
from services.engine.core.service import Key, Page, Service
from services.engine.core.unit_of_work import Write, matches
from services.engine.runtime.rehearsing import Rehearsal
from services.fulfillment.service import fulfillment
from services.orders.service import orders
from tests.engine.batch import BEGAN, Shelf
from tests.engine.memory.log import MemoryRecord

LANES = 4
SERVICES = (orders(), fulfillment(), billing())
HEARD = [(service, model) for service in SERVICES for model in service.reads]


class Looks:
    """Looks at a shelf; ``holds`` says whether the store could hold what is written."""

    def __init__(self, shelf: Shelf, *, holds: bool = True) -> None:
        self._shelf, self._holds = shelf, holds

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["Looks"]:
        yield self

    async def checkpoint(self, lane: int) -> Checkpoint | None:
        return self._shelf.checkpoints[lane]

    async def load(self, keys: Sequence[Key]) -> Mapping[Key, Stored]:
        return {key: self._shelf.documents[key] for key in keys if key in self._shelf.documents}

    async def page(self, collection: str, page: Page[Any]) -> Sequence[tuple[str, Stored]]:
        found = [
            (id_, stored)
            for (name, id_), stored in self._shelf.documents.items()
            if name == collection and matches(page, id_, stored)
        ]
        return sorted(found, key=lambda each: each[0])[: page.limit]

    def holds(self, write: Write, stored: Stored | None) -> bool:
        del write, stored
        return self._holds


def _outgoing(model: type[Body], lane: int) -> Outgoing:
    return Outgoing(model.topic, lane, b"k", json.dumps(example_of(model.type_name())).encode(), ())


def _really(shelf: Shelf, outgoing: Outgoing, offset: int) -> list[Outgoing]:
    """Reads and decides it as the service does, at its home too; what was said."""
    record = MemoryRecord(
        outgoing.topic, outgoing.lane, offset, BEGAN, outgoing.key, outgoing.value, tuple(outgoing.headers)
    )
    said = shelf.save(shelf.plan([record])).checkpoints[0].outgoing
    forwarded = [each for each in said if any(name == "leaseline-origin" for name, _ in each.headers)]
    if not forwarded:
        return list(said)
    return [one for each in forwarded for one in _really(shelf, each, offset)]


def _names(said: Sequence[Outgoing]) -> set[str]:
    return {json.loads(each.value or b"")["type"].split(".")[-2] for each in said if ".dead-" not in each.topic}


@pytest.mark.parametrize("lane", range(LANES))
@pytest.mark.parametrize(("service", "model"), HEARD, ids=lambda each: getattr(each, "__name__", None))
async def test_it_says_what_the_record_is_wherever_it_comes_in_and_changes_nothing(
    service: Service, model: type[Body], lane: int
) -> None:
    shelf = Shelf(LANES, service)
    outgoing = _outgoing(model, lane)
    rehearsal = Rehearsal(service, LANES, Looks(shelf))

    rehearsed = await rehearsal.rehearse(outgoing, BEGAN)

    assert shelf.documents == {}
    assert all(checkpoint.batch == 0 for checkpoint in shelf.checkpoints.values())
    said = _really(shelf, outgoing, 0)
    dead = [dict(each.headers) for each in said if each.topic.endswith(".dead-letters")]
    assert rehearsed.verdict.dead == bool(dead)
    if dead:
        assert rehearsed.why.encode() == dead[0]["leaseline-reason"]
    elif rehearsed.verdict in (Verdict.REFUSED, Verdict.WAITS, Verdict.ALREADY_SO):
        assert set(rehearsed.said) <= _names(said)
    again = await rehearsal.rehearse(outgoing, BEGAN)
    if rehearsed.verdict is Verdict.ACCEPTED and model.__name__.endswith(("Requested", "Submitted")):
        assert again.verdict is Verdict.ALREADY_SO


async def test_a_hook_that_raises_and_a_store_that_cannot_hold_it_make_it_undecidable() -> None:
    service, model = orders(), orders().reads[0]

    def raises(*_anything: object) -> Any:
        raise ArithmeticError("a customer's name")

    for hook in ("decide", "prefetch", "weight"):
        broken = replace_by(service, {hook: raises})
        found = await Rehearsal(broken, 1, Looks(Shelf(1, broken))).rehearse(_outgoing(model, 0), BEGAN)
        assert (found.verdict, found.why, found.detail) == (
            Verdict.UNDECIDABLE,
            "cannot_be_decided",
            "ArithmeticError",
        )
        assert "test_rehearsal.py" in found.where
        assert found.type == model.__name__
    found = await Rehearsal(service, 1, Looks(Shelf(1, service), holds=False)).rehearse(_outgoing(model, 0), BEGAN)
    assert (found.verdict, found.why, found.said) == (Verdict.UNDECIDABLE, "cannot_be_stored", ())


def test_of_several_lanes_the_gravest_verdict_counts() -> None:
    parts = [Rehearsed(Verdict.ALREADY_SO, lanes=(1,)), Rehearsed(Verdict.ACCEPTED, said=("A",), lanes=(0,))]

    assert together(parts) == Rehearsed(Verdict.ACCEPTED, said=("A",), lanes=(0, 1))
