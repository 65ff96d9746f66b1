from datetime import date

import pytest

from contracts.messages.changes import OrderChangeAccepted
from contracts.messages.fulfillment import OrderProgressed, RequestRepeated
from contracts.messages.life import ShipmentTracked, SubscriptionReversed
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.fulfillment.documents.ledger import Ledger
from tests.fulfillment.lives import (
    arrived,
    cancel,
    codes,
    correct,
    day_comes,
    entry,
    extend,
    give_back,
    rented,
    reverse,
    ship,
    swap_device,
)
from tests.fulfillment.orders_known import asset, item, ledger, placed, refused, scan, scene, serials
from tests.fulfillment.proposals import proposed
from tests.scene import Scene, only


def test_a_reversed_scan_opens_its_unit_and_frees_its_device() -> None:
    stage = rented("S1", "S2")
    said = stage.hears(reverse())
    fact = only(said, SubscriptionReversed)
    assert (fact.subscription.state, fact.actor, fact.reason) == ("reversed", "Grace", "wrong box")
    progress = only(said, OrderProgressed)
    assert [(r.subscription_id, r.state) for r in progress.subscriptions] == [("o-1/1", "reversed")]
    assert [(i.units, i.taken, i.cancelled) for i in progress.items] == [(2, 1, 0)]
    assert asset(stage, "S1").state == "available"


def test_the_serial_scanned_again_makes_a_new_subscription() -> None:
    stage = rented()
    stage.hears(reverse())
    said = stage.hears(scan("S1"))
    assert serials(said) == ["S1"]
    assert [e.state for e in ledger(stage).entries] == ["reversed", "active"]
    assert asset(stage, "S1").history[-1].number == 2


def test_the_reversed_scan_delivered_again_is_a_repeat_and_makes_nothing() -> None:
    stage = scene()
    stage.hears(placed())
    stage.hears(scan("S1"), id="a")
    stage.hears(reverse())
    assert only(stage.hears(scan("S1"), id="a"), RequestRepeated).outcome == "SubscriptionCreated"
    assert ledger(stage).lines[0].open == 1


def test_a_device_that_was_scanned_as_another_variant_by_mistake_goes_to_its_own_item_once_that_is_reversed() -> None:
    stage = scene()
    stage.hears(placed(item(), item("2", "BIKE")))
    stage.hears(scan("S1"))
    stage.hears(reverse())
    assert serials(stage.hears(scan("S1", item_id="2"))) == ["S1"]
    assert (asset(stage, "S1").sku, len(asset(stage, "S1").history)) == ("BIKE", 3)
    stage.hears(reverse("o-1/2"))
    assert serials(stage.hears(scan("S1"))) == ["S1"]


def test_a_scan_that_stands_says_which_variant_a_device_is_whatever_was_reversed_since() -> None:
    stage = rented("S1")
    stage.hears(cancel())
    stage.hears(give_back())
    stage.hears(placed(item(), item("2", "BIKE"), order_id="o-2"))
    stage.hears(scan("S1", order_id="o-2"))
    stage.hears(reverse("o-2/1"))
    assert refused(stage.hears(scan("S1", order_id="o-2", item_id="2"))) == [("S1", Code.SKU_MISMATCH)]


def test_a_reversal_does_not_undo_an_announcement() -> None:
    stage = scene()
    stage.hears(arrived("S1"))
    stage.hears(placed(item(), item("2", "BIKE")))
    stage.hears(scan("S1"))
    stage.hears(reverse())
    assert refused(stage.hears(scan("S1", item_id="2"))) == [("S1", Code.SKU_MISMATCH)]


def short_closed() -> Scene:
    """Two items; of the one unit is taken and one given up, of the other all were given up."""
    stage = scene()
    stage.hears(placed(item("1", quantity=3), item("2", "DESK", quantity=2)))
    stage.hears(scan("S1", "S2"))
    book = ledger(stage)
    lines = (replace(book.lines[0], cancelled=1), replace(book.lines[1], cancelled=2))
    stage.keep(Ledger, "o-1", replace(book, lines=lines))
    return stage


def test_while_another_subscription_is_left_what_was_given_up_stays_so() -> None:
    stage = short_closed()
    stage.hears(reverse("o-1/1"))
    assert [(line.taken, line.cancelled, line.open) for line in ledger(stage).lines] == [(1, 1, 1), (0, 2, 0)]


def test_when_no_subscription_is_left_the_units_of_every_item_open_and_the_order_hears_it() -> None:
    stage = short_closed()
    stage.hears(cancel("o-1/2"))
    stage.hears(reverse("o-1/1"))
    progress = only(stage.hears(reverse("o-1/2")), OrderProgressed)
    assert [(i.item_id, i.taken, i.cancelled) for i in progress.items] == [("1", 0, 0), ("2", 0, 0)]
    assert [line.open for line in ledger(stage).lines] == [3, 2]


def test_whatever_became_of_a_subscription_it_can_be_reversed() -> None:
    stage = rented("S1", "S2", "S3")
    stage.hears(cancel("o-1/1"))
    stage.hears(give_back("o-1/2"))
    day_comes(stage, date(2025, 5, 15))
    for number in (1, 2, 3):
        only(stage.hears(reverse(f"o-1/{number}")), SubscriptionReversed)
    assert [asset(stage, s).state for s in ("S1", "S2", "S3")] == ["available"] * 3
    assert ledger(stage).lines[0].open == 3


def test_a_device_that_another_order_has_by_now_stays_there() -> None:
    stage = rented()
    stage.hears(cancel())
    stage.hears(give_back())
    stage.hears(placed(order_id="o-2"))
    stage.hears(scan("S1", order_id="o-2"))
    stage.hears(reverse())
    assert (asset(stage, "S1").state, asset(stage, "S1").last_order) == ("in_use", "o-2")
    stage.hears(scan("S1"))
    assert refused(stage.hears(scan("S1"))) == [("S1", Code.SERIAL_IN_USE)]


def test_a_scan_is_reversed_once() -> None:
    stage = rented()
    stage.hears(reverse())
    assert codes(stage.hears(reverse())) == [(Code.SUBSCRIPTION_REVERSED, "")]
    assert ledger(stage).lines[0].taken == 0


# The parcel


def test_a_parcel_becomes_known_after_the_scan_and_travels_with_the_subscription() -> None:
    stage = rented()
    now = only(stage.hears(ship()), ShipmentTracked).subscription
    assert (now.carrier, now.tracking_number) == ("DHL", "JJD01")
    later = only(stage.hears(ship(carrier="UPS", tracking_number="1Z")), ShipmentTracked)
    assert (later.subscription.carrier, later.actor) == ("UPS", None)
    assert [row.kind for row in entry(stage).history or ()] == ["ShipmentTracked", "ShipmentTracked"]


def test_a_reversed_subscription_has_no_parcel() -> None:
    stage = rented()
    stage.hears(reverse())
    assert codes(stage.hears(ship())) == [(Code.SUBSCRIPTION_REVERSED, "")]


@pytest.mark.parametrize(
    "request_", [cancel(), extend(date(2025, 5, 15)), correct("S2"), swap_device("S2"), give_back(), ship(), reverse()]
)
def test_a_reversed_subscription_is_told_so_though_its_item_was_removed_since(request_: Body) -> None:
    stage = rented()
    stage.hears(reverse())
    only(stage.hears(proposed(item("2"))), OrderChangeAccepted)
    assert codes(stage.hears(request_)) == [(Code.SUBSCRIPTION_REVERSED, "")]
