"""Rules of the arbitration, each left out once: some interleaving must show it, or the proof would prove nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.messages.changes import OrderChangeProposed
from contracts.messages.order import Order
from services.engine.core.document import replace
from services.engine.core.service import Decision
from services.fulfillment.documents import ledger as ledgers
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import LastChange, Ledger, line_of
from services.fulfillment.handlers import orders as order_facts
from services.fulfillment.handlers import proposals
from services.fulfillment.rules.arbiter import Yes, arbitrate
from services.orders.handlers import amending, settling
from tests.together.interleaving.agreement import answering, judged
from tests.together.interleaving.scenes import SCENES, asking, opened
from tests.together.interleaving.walk import Freedom, Walk

Patch = Callable[[pytest.MonkeyPatch], None]


def _orders_decides_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(amending, "only_contact", lambda _order, _after: True)


def _facts_carry_items_into_an_open_ledger(patch: pytest.MonkeyPatch) -> None:
    apply_fact = ledgers.apply_fact

    def carried(ledger: Ledger, order: Order, version: int, used: Callable[[], bool]) -> Ledger:
        after = apply_fact(ledger, order, version, used)
        taken = {line.item_id: line.taken for line in after.lines}
        lines = tuple(replace(line_of(i), taken=taken.get(i.item_id, 0)) for i in order.items)
        newest = apply_fact(Ledger(), order, version, used).terms[-1]
        if not ledger.opened or after.cancelled_at:
            return after
        return replace(after, lines=lines, terms=ledgers.with_terms(after, newest, used))

    patch.setattr(order_facts, "apply_fact", carried)


def _a_held_order_opens_its_ledger(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledgers, "is_held", lambda _order: False)


def _a_repeated_number_is_decided_again(patch: pytest.MonkeyPatch) -> None:
    def again(book: Book, last: LastChange, proposal: OrderChangeProposed) -> Decision:
        answer = arbitrate(book, proposal, proposal.requested_at.date())
        if not isinstance(answer, Yes):
            last = LastChange(number=proposal.number, refused=answer.code, item_ids=answer.item_ids)
            return answered(book, last, proposal)
        now = LastChange(number=proposal.number)
        after = answer.book.with_ledger(replace(answer.book.ledger, change=now))
        return answered(after, now, proposal)

    answered = proposals.answer_again
    patch.setattr(proposals, "answer_again", again)


def _orders_computes_what_was_accepted_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(settling, "with_counts", lambda order, _items, _version: order)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is left out, and the scenes one of which must show it."""

    name: str
    patch: Patch
    scenes: tuple[str, ...]


RULES = (
    Rule("orders decides alone though the ledger is open", _orders_decides_alone, ("scan x edit",)),
    Rule(
        "facts of orders carry items into an open ledger",
        _facts_carry_items_into_an_open_ledger,
        ("confirm x edit x scan", "two edits x scan x cancel"),
    ),
    Rule(
        "a held order opens its ledger",
        _a_held_order_opens_its_ledger,
        ("held: release x cancel x scan", "held: reject x scan x edit"),
    ),
    Rule(
        "a repeated proposal is decided again",
        _a_repeated_number_is_decided_again,
        ("short-close x scan x reversal x edit", "proposed again: tick x edit x scan", "two edits x scan x cancel"),
    ),
    Rule(
        "orders does not adopt the counts of what was accepted",
        _orders_computes_what_was_accepted_anew,
        ("two scans x short-close x cancel",),
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_that_is_left_out_is_noticed(
    rule: Rule, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, Any], None]
) -> None:
    rule.patch(monkeypatch)
    for scene in (scene for scene in SCENES if scene.name in rule.scenes):
        machine, kept = opened(scene.settings)
        found = Walk(machine, asking(machine, scene), answering).walked(kept, judged(scene.requests), Freedom())
        if found.wrong:
            (what, times) = found.wrong.most_common(1)[0]
            record_property("rule", json.dumps((rule.name, scene.name, what, times)))
            return
    record_property("rule", json.dumps((rule.name, "", "", 0)))
    pytest.fail(f"nobody notices: {rule.name}")
