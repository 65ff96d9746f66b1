"""What is remembered is the same wherever it stands: in the document that it is about, or in one of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from unittest.mock import patch

from bson import BSON
from hypothesis import given, settings
from hypothesis import strategies as st

from services.engine.core import memory
from services.engine.core.document import replace, stored_form
from services.engine.core.memory import (
    MOVED_AT_ONCE,
    PROCESSED,
    WAITING,
    LongMemory,
    Processed,
    Repeat,
    find_repeat,
    record_processed,
    refused,
    settled,
    stands_by,
)
from services.engine.core.message import Message, Origin, identity_of
from services.engine.core.service import Change, Collection, Decision, Key
from services.engine.core.unit_of_work import BatchUnitOfWork
from tests.engine.simulation.tally import AddRequested

COUNT = "counted"
REFUSED = refused(("too_late",))


class Long(LongMemory):
    seen: int = 0
    kept_here: ClassVar[int] = 3
    stays: ClassVar[frozenset[str]] = frozenset({"Placed"})


class Shelf:
    """The documents of one subject, written by batches; ``written`` are the bytes of each."""

    def __init__(self, kind: type[LongMemory] = Long) -> None:
        self.kind = kind
        self.documents: dict[Key, Mapping[str, Any]] = {}
        self.collections = (Collection(COUNT, kind), Collection(PROCESSED, Processed))
        self.begin()

    def begin(self) -> None:
        self.work = BatchUnitOfWork(1, self.collections, {})
        self.work.put_loaded([(COUNT, "c")], self.documents)

    def load(self, id_: str) -> None:
        """What the engine loads before a message with this identity is decided, and no more."""
        self.work.put_loaded(self.work.lacks(self.work.recalled(message(id_)))[0], self.documents)

    def hear(self, id_: str, outcome: str, keep: int = memory.REFUSALS_KEPT) -> Repeat | None:
        """Recognises a request, or remembers it with this outcome."""
        self.load(id_)
        document = self.work.get(self.kind, "c") or self.kind()
        known = find_repeat(message(id_), document, self.work)
        if known is None:
            self.put(replace(document, heard=record_processed(document.heard, message(id_), outcome, keep)))
        return known

    def put(self, document: LongMemory) -> None:
        self.work.apply(Decision((Change(self.kind, "c", document),)), 0)

    def end(self) -> int:
        """Ends a batch; how many bytes it wrote."""
        written = 0
        for write in self.work.writes():
            key = (write.collection, write.id)
            assert write.fields is not None
            assert not write.new or key not in self.documents
            self.documents[key] = write.onto(self.documents.get(key, {}))
            written += len(BSON.encode(dict(write.fields)))
        self.begin()
        return written

    def document(self) -> LongMemory:
        found = self.work.get(self.kind, "c")
        assert found is not None
        return found


def message(id_: str) -> Message:
    body = AddRequested(counter="c", amount=1)
    time = datetime(2024, 5, 1, tzinfo=UTC)
    origin = Origin("tally.requests", 0, 0, 0, 0)
    return Message(AddRequested, body, (), None, "shop", id_, time, time, False, ("c",), 0, origin)


STORY = st.lists(st.tuples(st.integers(0, 25), st.sampled_from(("Counted", "Placed", WAITING, REFUSED))), max_size=60)


@settings(max_examples=300, deadline=None)
@given(STORY, st.lists(st.integers(1, 12), max_size=20))
def test_the_memory_as_a_whole_recognises_exactly_what_an_unbounded_one_would(
    story: list[tuple[int, str]], batches: list[int]
) -> None:
    keep = 4
    shelf, effects, refusals = Shelf(), dict[str, str](), list[str]()
    with patch.object(memory, "REFUSALS_KEPT", keep):
        ends = iter(batches)
        left = next(ends, 1)
        for number, outcome in story:
            id_ = str(number)
            known = shelf.hear(id_, outcome, keep)
            expected = effects.get(id_) or (REFUSED if id_ in refusals[-keep:] else None)
            assert (None if known is None else known.first.outcome) == expected
            assert known is None or (known.kind, known.first.id) == ("repeat", id_)
            if known is None and outcome == REFUSED:
                refusals.append(id_)
            elif known is None:
                effects[id_] = outcome
            left -= 1
            if not left:
                shelf.end()
                left = next(ends, 1)
        shelf.end()
        for id_, outcome in effects.items():
            known = shelf.hear(id_, "never")
            assert known is not None
            assert known.first.outcome == outcome
    here = [h for h in shelf.document().heard if h.outcome == "Counted"] if shelf.documents else []
    assert len(here) <= 2 * Long.kept_here


def test_what_waits_and_what_a_content_is_recognised_by_never_leave_the_document() -> None:
    shelf = Shelf()
    shelf.hear("order", "Placed")
    shelf.hear("parked", WAITING)
    for number in range(50):
        shelf.hear(str(number), "Counted")
        shelf.end()
    assert [h.id for h in shelf.document().heard][:2] == ["order", "parked"]
    document = shelf.document()
    shelf.put(replace(document, heard=settled(document.heard, {identity_of("shop", "parked"): "Counted"})))
    shelf.end()
    known = shelf.hear("parked", "never")
    assert known is not None
    assert known.first.told == "Counted"


def test_a_repeat_by_content_names_a_first_request_that_left_the_document() -> None:
    shelf = Shelf()
    for number in range(20):
        shelf.hear(str(number), "Counted")
        shelf.end()
    shelf.hear("again", stands_by(identity_of("shop", "0")))
    shelf.end()
    document = shelf.document()
    first = Repeat("repeat", document.heard[-1])
    assert first.first.stands_by == identity_of("shop", "0")
    shelf.work.put_loaded([(PROCESSED, f"c|{identity_of('shop', '0').hex()}")], shelf.documents)
    known = shelf.hear("again", "never")
    assert known is not None
    assert (known.first.id, known.first.told, known.first.codes) == ("0", "Counted", ())


def test_an_ordinary_document_asks_for_nothing_more() -> None:
    shelf = Shelf(LongMemory)
    for number in range(2 * LongMemory.kept_here):
        shelf.hear(str(number), "Counted")
    shelf.end()
    assert {collection for collection, _ in shelf.documents} == {COUNT}
    assert tuple(shelf.work.recalled(message("0"))) == ()
    assert "moved" not in shelf.documents[COUNT, "c"]


def test_a_document_of_before_shrinks_step_by_step_and_forgets_nothing() -> None:
    entries = tuple(
        Processed(
            who=identity_of("shop", str(n)), what=message("x").content(), source="shop", id=str(n), outcome="Counted"
        )
        for n in range(3000)
    )
    shelf = Shelf(LongMemory)
    shelf.documents[COUNT, "c"] = {"heard": [stored_form(entry) for entry in entries]}
    shelf.begin()
    sizes = []
    for number in range(4):
        shelf.hear(f"new {number}", "Counted")
        shelf.end()
        sizes.append(len(shelf.document().heard))
    assert sizes == [3001 - MOVED_AT_ONCE, 3002 - 2 * MOVED_AT_ONCE, LongMemory.kept_here, LongMemory.kept_here + 1]
    for number in (0, 999, 1000, 2500, 2999):
        known = shelf.hear(str(number), "never")
        assert known is not None
        assert known.first.id == str(number)


def test_what_a_request_costs_to_write_does_not_grow() -> None:
    for outcome in ("Counted", REFUSED):
        shelf = Shelf(LongMemory)
        written = []
        for number in range(5000):
            shelf.hear(f"request-{number:05d}", outcome)
            written.append(shelf.end())
        first, last = sum(written[1500:2500]), sum(written[4000:])
        assert last <= 1.1 * first
        assert sum(written) / 5000 < 3000  # bytes; it was 215 times the number of requests before
        assert max(written) < 250_000
