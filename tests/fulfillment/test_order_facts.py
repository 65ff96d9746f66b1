from itertools import permutations

from contracts.messages.fulfillment import SubscriptionCreated
from contracts.messages.orders import OrderPlaced
from contracts.values.refusals import Code
from tests.fulfillment.orders_known import (
    ADA,
    confirmed,
    in_one_batch,
    item,
    ledger,
    order,
    placed,
    refused,
    released,
    scan,
    scene,
    serials,
)
from tests.scene import NOON, only


def test_the_ledger_opens_with_the_first_state_without_a_hold() -> None:
    stage = scene()
    stage.hears(placed(item(price=None), held=True))
    assert (ledger(stage).opened, ledger(stage).lines) == (False, ())
    stage.hears(released(item(price=5100)))
    assert [(line.unit_price, line.units, line.open) for line in ledger(stage).lines] == [(5100, 1, 1)]


def test_an_order_with_a_price_missing_is_held_whatever_its_list_of_holds_says() -> None:
    stage = scene()
    stage.hears(placed(item(price=None)))
    assert not ledger(stage).opened


def test_a_free_variant_is_no_order_without_a_price() -> None:
    stage = scene()
    stage.hears(placed(item(price=0)))
    made = only(stage.hears(scan("S1")), SubscriptionCreated).subscription
    assert made.prices[0].amount == 0


def test_a_hold_that_goes_while_another_stays_opens_nothing() -> None:
    stage = scene()
    stage.hears(placed(held=True))
    stage.hears(released(held=True))
    assert not ledger(stage).opened


def test_once_open_the_ledger_keeps_its_items_whatever_a_later_fact_carries() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2, price=4900)))
    stage.hears(confirmed(item(quantity=9, price=1), item("2", "DESK")))
    assert [(line.units, line.unit_price) for line in ledger(stage).lines] == [(2, 4900)]
    assert ledger(stage).confirmed_at == NOON


def test_a_late_order_placed_behind_its_confirmation_changes_nothing() -> None:
    stage = scene()
    stage.hears(confirmed(required=True))
    before = dict(stage.documents)
    assert stage.hears(placed(required=True)) == []
    assert stage.documents == before


def test_a_fact_of_a_version_already_taken_changes_nothing() -> None:
    stage = scene()
    stage.hears(placed(version=4))
    before = dict(stage.documents)
    stage.hears(placed(version=4))
    stage.hears(placed(item(quantity=7), version=3))
    assert stage.documents == before


def test_the_order_of_arrival_of_order_facts_does_not_matter() -> None:
    facts = (placed(held=True), released(version=3), confirmed(version=7))
    ends = []
    for arrival in permutations((*facts, facts[0], facts[2])):
        stage = scene()
        for fact in arrival:
            stage.hears(fact)
        ends.append(ledger(stage))
    assert all(end == ends[0] for end in ends)
    assert ends[0].opened


def test_an_order_that_is_created_cancelled_has_no_open_unit() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=3), cancelled=NOON))
    assert [(line.units, line.cancelled, line.open) for line in ledger(stage).lines] == [(3, 3, 0)]
    assert refused(stage.hears(scan("S1"))) == [("S1", Code.ORDER_CANCELLED)]


def test_an_order_cancelled_while_it_was_held_refuses_scans() -> None:
    stage = scene()
    stage.hears(placed(item(price=None), held=True))
    stage.hears(released(item(price=None), held=True, cancelled=NOON))
    assert refused(stage.hears(scan("S1"))) == [("S1", Code.ORDER_CANCELLED)]


def test_once_the_ledger_is_open_no_fact_cancels_the_order_or_changes_its_items() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(OrderPlaced(version=2, order=order(item(quantity=1), cancelled=NOON)))
    assert ledger(stage).cancelled_at is None
    assert serials(stage.hears(scan("S1", "S2"))) == ["S1", "S2"]


def test_new_contact_data_count_for_later_subscriptions_and_never_touch_earlier_ones() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan("S1"))
    married = ADA.model_copy(update={"last_name": "Lovelace", "phone": "+44 20", "company_name": "Not contact data"})
    stage.hears(confirmed(item(quantity=2), customer=married))
    made = only(stage.hears(scan("S2")), SubscriptionCreated).subscription
    assert (made.customer.last_name, made.customer.phone, made.customer.company_name) == (
        "Lovelace",
        "+44 20",
        "Engine Ltd",
    )
    kept = ledger(stage)
    assert [kept.terms[entry.terms].customer.last_name for entry in kept.entries] == ["King", "Lovelace"]


def test_contact_data_that_no_subscription_was_made_on_are_not_kept() -> None:
    stage = scene()
    stage.hears(placed())
    for version in (2, 3, 4):
        stage.hears(confirmed(version=version, customer=ADA.model_copy(update={"phone": str(version)})))
    assert [t.customer.phone for t in ledger(stage).terms] == ["4"]


def test_an_order_and_its_scan_in_one_batch_are_decided_in_the_order_of_the_log() -> None:
    assert serials(in_one_batch(scene(), placed(), scan("S1"))) == ["S1"]
    early = scene()
    said = in_one_batch(early, scan("S1"), placed())
    assert [type(b).__name__ for b in said] == ["ItemFulfillmentParked", "SubscriptionCreated", "OrderProgressed"]
