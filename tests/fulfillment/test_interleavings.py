"""All interleavings of small sets of messages: nothing depends on luck, every request has one answer, units add up."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

import pytest

from contracts.messages.fulfillment import (
    ItemFulfillmentParked,
    OrderProgressed,
    RequestRepeated,
    SubscriptionCreated,
)
from contracts.wire.message import Body, Fact
from services.fulfillment.documents.asset import Asset
from tests.fulfillment.orders_known import confirmed, item, ledgers, order, passed, placed, released, scan, scene
from tests.scene import Scene

pytestmark = pytest.mark.usefixtures("small_documents")
HELD = {"held": True, "required": True}
FREE = {"required": True}
THREE = item(quantity=3)

PLAIN: tuple[tuple[str, Body], ...] = (
    ("placed", placed(THREE)),
    ("a", scan("S1", "S2")),
    ("a", scan("S1", "S2")),
    ("b", scan("S1")),
    ("c", scan("S3", "S4")),
    ("confirmed", confirmed(THREE)),
)
GUARDED: tuple[tuple[str, Body], ...] = (
    ("placed", placed(THREE, **HELD)),
    ("released", released(THREE, **FREE)),
    ("confirmed", confirmed(THREE, version=3, **FREE)),
    ("a", scan("S1", "S2")),
    ("a", scan("S1", "S2")),
    ("b", scan("S2", "S3")),
    ("placed", placed(THREE, **HELD)),
)
RIVALS: tuple[tuple[str, Body], ...] = (
    ("placed", placed()),
    ("placed", placed(order_id="o-2")),
    ("a", scan("S1")),
    ("b", scan("S1", order_id="o-2")),
    ("b", scan("S1", order_id="o-2")),
    ("tick", passed(1000)),
)
CANCELLED: tuple[tuple[str, Body], ...] = (
    ("placed", placed(THREE, held=True)),
    ("cancelled", type(placed())(version=2, order=order(THREE, held=True, cancelled=order().placed_at))),
    ("a", scan("S1")),
    ("b", scan("S1")),
    ("a", scan("S1")),
)


def walks(messages: Sequence[tuple[str, Body]]) -> Iterator[tuple[tuple[str, Body], ...]]:
    """Every order of arrival; those that differ only in the order of equal messages once."""
    seen: set[tuple[int, ...]] = set()
    first = [messages.index(m) for m in messages]
    for arrival in permutations(range(len(messages))):
        shape = tuple(first[i] for i in arrival)
        if shape not in seen:
            seen.add(shape)
            yield tuple(messages[i] for i in arrival)


def units_add_up(stage: Scene) -> None:
    """After every message: units = open + taken + cancelled, no item overdrawn, each active serial in one place."""
    active: Counter[str] = Counter()
    for id_, ledger in ledgers(stage).items():
        for line in ledger.lines:
            assert line.units == line.open + line.taken + line.cancelled
            assert line.open >= 0
            assert line.taken == sum(e.item_id == line.item_id and e.state == "active" for e in ledger.entries)
        assert ledger.unsaid == ()
        assert ledger.cancelled_at is None or not ledger.entries
        for number, entry in enumerate(ledger.entries, start=1):
            active[entry.serial] += entry.state == "active"
            holder = stage.document(Asset, entry.serial).holder
            assert holder is not None
            assert (holder.order_id, holder.number) == (id_, number)
    assert all(count == 1 for count in active.values())


def answers_are_one_for_each_request(answers: Mapping[str, Sequence[Body]], requests: int) -> None:
    """Each request, repeats included, has one answer: its subscriptions and at most one refusal, or one repeat's."""
    assert len(answers) == requests
    for bodies in answers.values():
        others = [b for b in bodies if not isinstance(b, SubscriptionCreated)]
        assert len(bodies) > 0
        assert len(others) <= 1
        assert bodies == others or not isinstance(bodies[-1], RequestRepeated)


def versions_have_no_gaps(stage: Scene) -> None:
    versions: dict[str, list[int]] = {}
    for say in stage.said:
        if isinstance(say.body, Fact):
            versions.setdefault(say.body.chain(), []).append(say.body.version)
    for order_id, found in versions.items():
        assert found == list(range(1, len(found) + 1)), order_id


def told(messages: Sequence[tuple[str, Body]]) -> tuple[Scene, Mapping[str, Sequence[Body]]]:
    """The messages one after the other, and by each request's address its answers (notices are none)."""
    stage = scene()
    answers: dict[str, list[Body]] = {}
    for id_, body in messages:
        said, here = len(stage.said), f"{body.topic}/0/{stage.offset + 1}"
        stage.hears(body, id=id_)
        units_add_up(stage)
        for say in stage.said[said:]:
            if not isinstance(say.body, ItemFulfillmentParked | OrderProgressed):
                answers.setdefault(say.cause.address if say.cause else here, []).append(say.body)
    return stage, answers


@pytest.mark.parametrize(
    ("messages", "requests", "walked"),
    [(PLAIN, 4, 360), (GUARDED, 3, 1260), (RIVALS, 3, 360), (CANCELLED, 3, 60)],
    ids=["plain", "held and to be confirmed", "rivals", "cancelled while held"],
)
def test_in_every_interleaving_units_add_up_and_each_request_has_one_answer(
    messages: tuple[tuple[str, Body], ...], requests: int, walked: int
) -> None:
    count = 0
    for arrival in walks(messages):
        stage, answers = told(arrival)
        answers_are_one_for_each_request(answers, requests)
        versions_have_no_gaps(stage)
        assert all(ledger.parked == () for ledger in ledgers(stage).values())
        count += 1
    assert count == walked


def outcome(stage: Scene) -> Any:
    return {
        id_: ([(line.taken, line.open) for line in ledger.lines], sorted(e.serial for e in ledger.entries))
        for id_, ledger in ledgers(stage).items()
    }


def test_which_units_are_taken_does_not_depend_on_when_the_order_came() -> None:
    for scans in permutations(PLAIN[1:5]):
        ends = []
        for place in range(5):
            arrival = [*scans[:place], PLAIN[0], *scans[place:]]
            ends.append(outcome(told(arrival)[0]))
        assert all(end == ends[0] for end in ends)
