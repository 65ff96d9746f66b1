"""What a lane notes for those who wait over HTTP: once, in the deciding transaction, and for nobody else."""

import pytest

from contracts.messages.orders import RequestRefused
from services.engine.core.answer import answer_id
from services.engine.core.document import replace
from services.engine.core.service import Decision, UnitOfWork
from tests.engine.batch import Shelf, asking, record
from tests.engine.memory.log import MemoryRecord
from tests.engine.simulation import tally

SHOP = "http:shop"


def add(offset: int, amount: int = 1, *, source: str = SHOP, id: str = "1") -> MemoryRecord:  # noqa: A002
    return record(asking("AddRequested", {"counter": "c0", "amount": amount}, source=source, id=id), offset)


def answer(shelf: Shelf, id: str = "1") -> dict[str, object]:  # noqa: A002
    return dict(shelf.documents["answers", answer_id(SHOP, id)])


def test_what_took_effect_is_done_and_names_the_facts() -> None:
    shelf = Shelf()
    shelf.save(shelf.plan([add(0)]))
    found = answer(shelf)
    assert found["state"] == "done"
    assert [(each["type"], each["version"]) for each in found["said"]] == [("Counted", 1)]  # type: ignore[attr-defined]


def test_a_refusal_names_code_and_field() -> None:
    shelf = Shelf()
    shelf.save(shelf.plan([add(0, -1)]))
    found = answer(shelf)
    assert found["state"] == "refused"
    assert found["reasons"]


@pytest.mark.parametrize("first", [1, -1])
def test_the_same_bytes_again_change_nothing(first: int) -> None:
    shelf = Shelf()
    shelf.save(shelf.plan([add(0, first)]))
    before = answer(shelf)
    shelf.save(shelf.plan([add(1, first)]))
    assert answer(shelf) == before


def test_the_same_bytes_after_the_answer_expired_are_a_repeat() -> None:
    shelf = Shelf()
    shelf.save(shelf.plan([add(0)]))
    shelf.documents.pop(("answers", answer_id(SHOP, "1")))
    shelf.save(shelf.plan([add(1)]))
    assert (answer(shelf)["state"], answer(shelf)["outcome"]) == ("repeated", "Counted")


def test_what_came_over_kafka_has_no_answer() -> None:
    shelf = Shelf()
    shelf.save(shelf.plan([add(0, source="shop")]))
    assert not [key for key in shelf.documents if key[0] == "answers"]


def test_a_request_about_nobody_is_answered_too() -> None:
    shelf = Shelf(service=replace(tally.SERVICE, refused=RequestRefused))
    shelf.save(shelf.plan([record(asking("AddRequested", {"counter": 7, "amount": 1}, source=SHOP))]))
    assert answer(shelf)["state"] == "refused"


def test_what_cannot_be_decided_is_stuck_and_not_without_an_answer() -> None:
    def broken(_message: object, _work: UnitOfWork) -> Decision:
        raise RuntimeError

    shelf = Shelf(service=replace(tally.SERVICE, decide=broken))
    shelf.save(shelf.plan([add(0)]))
    assert answer(shelf)["state"] == "stuck"


def test_what_was_decided_before_the_end_of_a_batch_stands_with_its_answer_in_one_plan() -> None:
    shelf = Shelf()
    plan = shelf.plan([add(0), add(1, id="2")])
    assert {write.collection for write in plan.writes} >= {"answers", "counters"}
