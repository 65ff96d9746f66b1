"""One serialisation point: whoever comes first wins, the loser gets its code, accepted is final."""

from datetime import date, timedelta

import pytest

from contracts.messages.changes import ChangeKind, OrderAmended, OrderChangeAccepted, OrderChangeRefused
from contracts.messages.customers import Group
from contracts.messages.fulfillment import OrderProgressed, SubscriptionCreated
from contracts.messages.life import ReversalRequested, SubscriptionCancellationRequested, SubscriptionPayerChanged
from contracts.messages.order import Item
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.fulfillment.rules.billing import billing_of
from tests.fulfillment.orders_known import (
    confirmed,
    item,
    ledger,
    order,
    placed,
    refused,
    scan,
    scene,
    serials,
)
from tests.fulfillment.proposals import BILLING, ELSEWHERE, proposed
from tests.scene import NOON, Scene, only


def opened(*items: Item) -> Scene:
    stage = scene()
    stage.hears(placed(*items))
    return stage


def yes(bodies: list[Body]) -> OrderChangeAccepted:
    return only(bodies, OrderChangeAccepted)


def no(bodies: list[Body]) -> tuple[Code, tuple[str, ...]]:
    answer = only(bodies, OrderChangeRefused)
    return answer.code, answer.item_ids


def counts(stage: Scene) -> list[tuple[str, int, int, int]]:
    return [(line.item_id, line.units, line.taken, line.cancelled) for line in ledger(stage).lines]


def test_an_edit_of_open_items_is_accepted_with_the_whole_of_what_it_changed() -> None:
    stage = opened(item(quantity=2), item("2", sku="CHAIR"))
    fact = yes(stage.hears(proposed(item(quantity=5), item("3", sku="BIKE"))))
    assert [(i.item_id, i.sku, i.quantity, i.taken, i.status) for i in fact.items] == [
        ("1", "LAPTOP", 5, 0, "pending"),
        ("3", "BIKE", 1, 0, "pending"),
    ]
    assert (fact.number, fact.change, fact.billing, fact.version) == (1, "amendment", BILLING, 1)
    assert counts(stage) == [("1", 5, 0, 0), ("3", 1, 0, 0)]


def test_an_item_with_a_subscription_is_locked_whole() -> None:
    stage = opened(item(quantity=2), item("2", sku="CHAIR"))
    stage.hears(scan("S1"))
    assert no(stage.hears(proposed(item(quantity=3), item("2", sku="CHAIR")))) == (Code.ITEM_LOCKED, ("1",))
    assert no(stage.hears(proposed(item("2", sku="CHAIR"), number=2))) == (Code.ITEM_LOCKED, ("1",))
    assert counts(stage) == [("1", 2, 1, 0), ("2", 1, 0, 0)]


def test_an_untouched_item_keeps_its_subscription_while_another_is_edited() -> None:
    stage = opened(item(quantity=2), item("2", sku="CHAIR"))
    stage.hears(scan("S1"))
    fact = yes(stage.hears(proposed(item(quantity=2), item("2", sku="CHAIR", quantity=4))))
    assert [(i.item_id, i.taken, i.status) for i in fact.items] == [("1", 1, "partial"), ("2", 0, "pending")]


def test_an_item_whose_units_were_given_up_is_locked_too() -> None:
    stage = opened(item(), item("2", sku="CHAIR"), item("3", sku="BIKE"))
    stage.hears(scan("S1"))
    yes(stage.hears(proposed(change="short_close", item_id="2")))
    edited = proposed(item(), item("2", sku="CHAIR", quantity=2), item("3", sku="BIKE"), number=2)
    assert no(stage.hears(edited)) == (Code.ITEM_LOCKED, ("2",))


def test_a_fulfilled_order_takes_no_new_item() -> None:
    stage = opened(item())
    stage.hears(scan("S1"))
    assert no(stage.hears(proposed(item(), item("2", sku="CHAIR")))) == (Code.ORDER_FULFILLED, ())


def test_billing_data_are_editable_until_there_is_a_subscription() -> None:
    stage = opened(item(quantity=2))
    fact = yes(stage.hears(proposed(item(quantity=2), billing=ELSEWHERE)))
    assert fact.billing == ELSEWHERE
    made = only(stage.hears(scan("S1")), SubscriptionCreated).subscription
    assert (made.payers[0].payer, made.group) == ("group:looms", Group(id="looms"))
    assert no(stage.hears(proposed(item(quantity=2), number=2))) == (Code.ORDER_HAS_SUBSCRIPTIONS, ())


def test_a_reversed_subscription_locks_nothing() -> None:
    stage = opened(item(quantity=2))
    stage.hears(scan("S1"))
    stage.hears(ReversalRequested(subscription_id="o-1/1", actor="Grace", reason="wrong box"))
    yes(stage.hears(proposed(item(quantity=1), billing=ELSEWHERE)))
    yes(stage.hears(proposed(change="cancellation", number=2)))


def test_a_cancellation_before_any_subscription_wins_and_a_later_scan_goes_back_to_stock() -> None:
    stage = opened(item(quantity=2))
    fact = yes(stage.hears(proposed(change="cancellation")))
    assert [(i.cancelled, i.status) for i in fact.items] == [(2, "cancelled")]
    assert ledger(stage).cancelled_at == NOON
    assert refused(stage.hears(scan("S1"))) == [("S1", Code.ORDER_CANCELLED)]


def test_a_scan_before_the_cancellation_wins() -> None:
    stage = opened(item(quantity=2))
    assert serials(stage.hears(scan("S1"))) == ["S1"]
    assert no(stage.hears(proposed(change="cancellation"))) == (Code.ORDER_HAS_SUBSCRIPTIONS, ())


def test_a_cancelled_subscription_still_stands_against_the_cancellation_of_its_order() -> None:
    stage = opened(item(quantity=2))
    stage.hears(scan("S1"))
    stage.hears(SubscriptionCancellationRequested(subscription_id="o-1/1", reason_code="fraud", actor="Grace"))
    assert no(stage.hears(proposed(change="cancellation"))) == (Code.ORDER_HAS_SUBSCRIPTIONS, ())


def test_scans_that_wait_for_a_confirmation_are_refused_when_the_order_is_cancelled() -> None:
    stage = scene()
    stage.hears(placed(required=True))
    stage.hears(scan("S1"))
    assert refused(stage.hears(proposed(change="cancellation"))) == [("S1", Code.ORDER_CANCELLED)]
    assert ledger(stage).parked == ()
    assert ledger(stage).due is None


def test_the_open_units_of_an_order_are_cancelled_by_a_short_close() -> None:
    stage = opened(item(quantity=3), item("2", sku="CHAIR", quantity=2))
    stage.hears(scan("S1"))
    fact = yes(stage.hears(proposed(change="short_close")))
    assert [(i.taken, i.cancelled, i.status) for i in fact.items] == [(1, 2, "fulfilled"), (0, 2, "cancelled")]
    assert refused(stage.hears(scan("S2"))) == [("S2", Code.ITEM_FULLY_FULFILLED)]
    assert no(stage.hears(proposed(change="short_close", number=2))) == (Code.NOTHING_OPEN, ())


def test_the_open_units_of_one_item_are_cancelled_by_its_short_close() -> None:
    stage = opened(item(quantity=3), item("2", sku="CHAIR"))
    stage.hears(scan("S1"))
    yes(stage.hears(proposed(change="short_close", item_id="1")))
    assert counts(stage) == [("1", 3, 1, 2), ("2", 1, 0, 0)]
    assert no(stage.hears(proposed(change="short_close", item_id="9", number=2))) == (Code.ITEM_UNKNOWN, ())


def test_an_order_without_a_subscription_is_not_closed_but_cancelled() -> None:
    assert no(opened().hears(proposed(change="short_close"))) == (Code.NO_SUBSCRIPTION_YET, ())


def test_when_the_last_subscription_is_reversed_the_units_that_were_given_up_open_again_and_orders_is_told() -> None:
    stage = opened(item(quantity=2), item("2", sku="CHAIR"))
    stage.hears(scan("S1"))
    stage.hears(proposed(change="short_close"))
    said = stage.hears(ReversalRequested(subscription_id="o-1/1", actor="Grace", reason="wrong box"))
    told = only(said, OrderProgressed)
    assert [(i.item_id, i.units, i.taken, i.cancelled) for i in told.items] == [("1", 2, 0, 0), ("2", 1, 0, 0)]


def test_active_subscriptions_get_the_new_payer_from_their_next_contract_month_and_later_ones_at_once() -> None:
    stage = opened(item(quantity=3))
    stage.hears(scan("S1", start=date(2024, 5, 1)))
    stage.hears(scan("S2", start=date(2024, 5, 15)))
    said = stage.hears(proposed(item(quantity=3), change="payer", billing=ELSEWHERE))
    moved = [b for b in said if isinstance(b, SubscriptionPayerChanged)]
    assert [(m.subscription.serial, m.from_date) for m in moved] == [
        ("S1", date(2024, 6, 1)),
        ("S2", date(2024, 6, 15)),
    ]
    assert [p.payer for p in moved[0].subscription.payers] == ["group:engines", "group:looms"]
    assert moved[0].subjects() == ("group:looms", "group:engines")
    assert moved[0].subscription.group == Group(id="looms")
    later = only(stage.hears(scan("S3")), SubscriptionCreated).subscription
    assert [p.payer for p in later.payers] == ["group:looms"]


def test_who_moved_subscriptions_and_why_is_kept_once_and_their_histories_refer_to_it() -> None:
    stage = opened(item(quantity=2))
    stage.hears(scan("S1", "S2"))
    stage.hears(proposed(item(quantity=2), change="payer", billing=ELSEWHERE))
    stage.hears(proposed(item(quantity=2), change="payer", billing=ELSEWHERE, number=2, reason="nothing to move"))
    stage.hears(proposed(item(quantity=2), change="payer", number=3, reason="and back"))
    kept = ledger(stage)
    assert [(row.actor, row.reason, row.at) for row in kept.moves or ()] == [
        ("Grace", "asked by phone", NOON),
        ("Grace", "and back", NOON),
    ]
    for entry in kept.entries:
        assert [(row.kind, row.at, row.move) for row in entry.history or ()] == [
            ("SubscriptionPayerChanged", NOON, 0),
            ("SubscriptionPayerChanged", NOON, 1),
        ]


def test_a_subscription_that_starts_later_belongs_to_the_new_payer_whole() -> None:
    stage = opened()
    stage.hears(scan("S1", start=date(2024, 7, 1)))
    moved = only(stage.hears(proposed(change="payer", billing=ELSEWHERE)), SubscriptionPayerChanged)
    assert moved.from_date == date(2024, 7, 1)


def test_ended_subscriptions_keep_their_payer_and_the_same_payer_again_moves_nothing() -> None:
    stage = opened(item(quantity=2))
    stage.hears(scan("S1", "S2"))
    stage.hears(SubscriptionCancellationRequested(subscription_id="o-1/1", reason_code="other", actor="Grace"))
    said = stage.hears(proposed(item(quantity=2), change="payer", billing=ELSEWHERE))
    assert [b.subscription.serial for b in said if isinstance(b, SubscriptionPayerChanged)] == ["S2"]
    again = stage.hears(proposed(item(quantity=2), change="payer", billing=ELSEWHERE, number=2))
    assert [type(b).__name__ for b in again] == ["OrderChangeAccepted"]


def test_moved_there_and_back_the_last_one_appended_counts() -> None:
    stage = opened()
    stage.hears(scan("S1", start=date(2024, 5, 15)))
    stage.hears(proposed(change="payer", billing=ELSEWHERE))
    back = only(stage.hears(proposed(change="payer", number=2)), SubscriptionPayerChanged).subscription
    assert [(p.payer, p.from_date) for p in back.payers] == [
        ("group:engines", None),
        ("group:looms", date(2024, 6, 15)),
        ("group:engines", date(2024, 6, 15)),
    ]


def test_the_same_number_again_gets_the_same_answer_as_the_ledger_stands_then() -> None:
    stage = opened(item(quantity=2))
    proposal = proposed(item(quantity=3))
    first = yes(stage.hears(proposal))
    stage.hears(scan("S1"))
    again = yes(stage.hears(proposal))
    assert (again.number, [i.quantity for i in again.items]) == (first.number, [3])
    assert again.version > first.version
    assert [i.taken for i in again.items] == [1]
    assert counts(stage) == [("1", 3, 1, 0)]


def test_a_refusal_that_is_asked_for_again_is_the_same_though_it_would_be_possible_now() -> None:
    stage = opened()
    stage.hears(scan("S1"))
    cancel = proposed(change="cancellation")
    first = no(stage.hears(cancel))
    stage.hears(ReversalRequested(subscription_id="o-1/1", actor="Grace", reason="wrong box"))
    assert no(stage.hears(cancel)) == first
    yes(stage.hears(proposed(change="cancellation", number=2)))


def test_an_older_number_is_not_answered_any_more() -> None:
    stage = opened(item(quantity=2))
    stage.hears(proposed(item(quantity=3)))
    stage.hears(proposed(item(quantity=4), number=2))
    assert stage.hears(proposed(item(quantity=3))) == []
    assert counts(stage) == [("1", 4, 0, 0)]


@pytest.mark.parametrize("change", ["amendment", "cancellation", "short_close", "payer"])
def test_every_proposal_is_answered_also_where_there_is_nothing_to_change(change: ChangeKind) -> None:
    assert no(scene().hears(proposed(change=change))) == (Code.ORDER_NOT_FOUND, ())
    held = scene()
    held.hears(placed(held=True))
    assert no(held.hears(proposed(change=change))) == (Code.ORDER_ON_HOLD, ())
    gone = scene()
    gone.hears(placed(cancelled=NOON))
    assert no(gone.hears(proposed(change=change))) == (Code.ORDER_CANCELLED, ())


def test_the_fact_that_follows_an_accepted_change_leaves_the_ledger_as_it_is() -> None:
    stage = opened(item(quantity=2))
    stage.hears(proposed(item(quantity=5)))
    fact = OrderAmended(version=2, order=order(item(quantity=5)), actor="Grace", change="amendment")
    stage.hears(fact)
    assert counts(stage) == [("1", 5, 0, 0)]
    stage.hears(confirmed(item(quantity=2), version=3))
    assert counts(stage) == [("1", 5, 0, 0)]


def test_the_date_of_a_change_of_payer_is_the_civil_date_of_its_request() -> None:
    stage = opened()
    stage.hears(scan("S1", start=date(2024, 5, 1)))
    late = proposed(change="payer", billing=ELSEWHERE, requested_at=NOON + timedelta(days=17))
    assert only(stage.hears(late), SubscriptionPayerChanged).from_date == date(2024, 7, 1)


def test_what_the_ledger_tells_of_its_billing_is_what_was_placed() -> None:
    assert billing_of(ledger(opened()).terms[-1]).to_contract() == BILLING
