from collections.abc import Callable
from datetime import date, timedelta

import pytest

from contracts.messages.life import AssetReturned, DeviceReplaced, SerialCorrected, SubscriptionReversed
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.fulfillment.documents.asset import Asset, Assignment
from services.fulfillment.settings import Settings
from tests.fulfillment.lives import (
    arrived,
    cancel,
    codes,
    correct,
    day_comes,
    entry,
    give_back,
    rented,
    reverse,
    subscriptions,
    swap_device,
)
from tests.fulfillment.orders_known import PLACED, asset, item, placed, refused, scan, scene, serials
from tests.scene import NOON, only

DAY = timedelta(days=1)
Ask = Callable[..., Body]
either = pytest.mark.parametrize("ask", [correct, swap_device])


def test_a_mistyped_serial_is_corrected_and_nothing_else_changes() -> None:
    stage = rented()
    before = entry(stage)
    fact = only(stage.hears(correct(" s9 ", reason="typed"), time=NOON + DAY), SerialCorrected)
    now = fact.subscription
    assert (fact.old_serial, now.serial, now.raw_serial, now.state) == ("S1", "S9", " s9 ", "active")
    same = replace(before, serial="S9", raw_serial=" s9 ", history=entry(stage).history)
    assert entry(stage) == same


def test_the_device_that_was_never_meant_is_free_at_once_and_its_history_stays() -> None:
    stage = rented()
    stage.hears(correct("S9"), time=NOON + DAY)
    wrong, right = asset(stage, "S1"), asset(stage, "S9")
    assert [(row.order_id, row.number, row.state) for row in wrong.history] == [
        ("o-1", 1, None),
        ("o-1", 1, "available"),
    ]
    assert (wrong.state, wrong.holder, right.state, right.sku) == ("available", None, "in_use", "LAPTOP")
    stage.hears(placed(order_id="o-2"))
    assert serials(stage.hears(scan("S1", order_id="o-2"))) == ["S1"]


def test_a_replaced_device_is_unavailable_until_its_return_is_recorded() -> None:
    stage = rented()
    fact = only(stage.hears(swap_device("S9")), DeviceReplaced)
    assert (fact.old_serial, fact.subscription.serial, fact.reason) == ("S1", "S9", "broken")
    assert asset(stage, "S1").state == "unavailable"
    stage.hears(placed(order_id="o-2"))
    assert refused(stage.hears(scan("S1", order_id="o-2"))) == [("S1", Code.ASSET_NOT_RETURNED)]
    back = only(stage.hears(give_back(serial="s1", condition="damaged")), AssetReturned)
    assert (back.serial, back.returned_condition) == ("S1", "damaged")
    assert (back.subscription.returned_at, back.subscription.condition, back.subscription.serial) == (None, None, "S9")
    assert asset(stage, "S1").state == "returned"
    assert codes(stage.hears(give_back(serial="S1"))) == [(Code.ALREADY_RETURNED, "serial")]


def test_a_device_that_came_back_before_it_was_replaced_is_not_waited_for() -> None:
    stage = rented()
    stage.hears(give_back())
    now = only(stage.hears(swap_device("S9")), DeviceReplaced).subscription
    assert (now.returned_at, now.condition) == (None, None)
    assert asset(stage, "S1").state == "returned"
    only(stage.hears(give_back()), AssetReturned)


def test_a_customer_may_get_the_repaired_device_back() -> None:
    stage = rented()
    stage.hears(swap_device("S9"))
    stage.hears(give_back(serial="S1"))
    assert only(stage.hears(swap_device("S1")), DeviceReplaced).subscription.serial == "S1"
    assert entry(stage).replaced == ("S9",)
    assert asset(stage, "S9").state == "unavailable"


def test_a_device_that_was_replaced_came_back_and_serves_another_order_is_returned_no_second_time() -> None:
    stage = rented()
    stage.hears(swap_device("S9"))
    stage.hears(give_back(serial="S1"))
    stage.hears(placed(order_id="o-2"))
    stage.hears(scan("S1", order_id="o-2"))
    assert codes(stage.hears(give_back(serial="S1"))) == [(Code.ALREADY_RETURNED, "serial")]
    assert asset(stage, "S1").state == "in_use"


@either
def test_a_device_that_is_active_elsewhere_cannot_be_it(ask: Ask) -> None:
    stage = rented()
    stage.hears(placed(order_id="o-2"))
    stage.hears(scan("S2", order_id="o-2"))
    assert codes(stage.hears(ask("s2"))) == [(Code.SERIAL_IN_USE, "new_serial")]
    assert asset(stage, "S2").last_order == "o-2"


@either
@pytest.mark.parametrize("state", ["ended", "unavailable"])
def test_a_device_whose_return_is_not_recorded_cannot_be_it(ask: Ask, state: str) -> None:
    stage = rented()
    had = Assignment(order_id="o-0", number=1, since=PLACED)
    stage.keep(Asset, "S2", Asset(sku="LAPTOP", state=state, history=(had,)))  # type: ignore[arg-type]
    assert codes(stage.hears(ask("S2"))) == [(Code.ASSET_NOT_RETURNED, "new_serial")]


@either
def test_a_device_of_another_variant_cannot_be_it(ask: Ask) -> None:
    stage = rented()
    stage.keep(Asset, "S2", Asset(sku="BIKE", state="available"))
    assert codes(stage.hears(ask("S2"))) == [(Code.SKU_MISMATCH, "new_serial")]


@either
def test_a_device_that_was_scanned_as_another_variant_by_mistake_can_be_it(ask: Ask) -> None:
    stage = rented()
    stage.hears(placed(item(sku="BIKE"), order_id="o-2"))
    stage.hears(scan("S2", order_id="o-2"))
    stage.hears(reverse("o-2/1"))
    assert subscriptions(stage.hears(ask("S2")))[0].serial == "S2"
    assert asset(stage, "S2").sku == "LAPTOP"


@either
def test_it_must_be_a_serial_and_another_one(ask: Ask) -> None:
    stage = rented()
    assert codes(stage.hears(ask("\x00"))) == [(Code.SERIAL_INVALID, "new_serial")]
    assert codes(stage.hears(ask(" s1 "))) == [(Code.ALREADY_DONE, "new_serial")]


@either
def test_only_an_active_subscription_gets_another_serial(ask: Ask) -> None:
    stage = rented("S1", "S2", "S3")
    stage.hears(cancel("o-1/1"))
    stage.hears(reverse("o-1/2"))
    day_comes(stage, date(2025, 5, 15))
    for number, code in ((1, "CANCELLED"), (2, "REVERSED"), (3, "ENDED")):
        assert codes(stage.hears(ask("S9", f"o-1/{number}"))) == [(Code[f"SUBSCRIPTION_{code}"], "")]
    assert ("assets", "S9") not in stage.documents


@either
def test_where_devices_are_announced_first_an_unknown_serial_cannot_be_it(ask: Ask) -> None:
    stage = scene(Settings(announced_only=True))
    stage.hears(arrived("S1"))
    stage.hears(placed())
    stage.hears(scan("S1"))
    assert codes(stage.hears(ask("S9"))) == [(Code.ASSET_UNKNOWN, "new_serial")]
    stage.hears(arrived("S9"))
    assert subscriptions(stage.hears(ask("S9")))[0].serial == "S9"


def test_a_reversal_frees_every_device_that_the_subscription_had() -> None:
    stage = rented()
    stage.hears(swap_device("S9"))
    only(stage.hears(reverse()), SubscriptionReversed)
    assert (asset(stage, "S1").state, asset(stage, "S9").state) == ("available", "available")


def test_two_subscriptions_cannot_both_get_a_device_in_one_batch() -> None:
    stage = rented("S1", "S2")
    assert subscriptions(stage.hears(swap_device("S9", "o-1/1")))[0].serial == "S9"
    assert codes(stage.hears(correct("S9", "o-1/2"))) == [(Code.SERIAL_IN_USE, "new_serial")]


def test_a_test_orders_device_is_marked_so() -> None:
    stage = rented()
    stage.hears(placed(item(), order_id="t-1", test=True))
    stage.hears(scan("T1", order_id="t-1"))
    stage.hears(swap_device("T2", "t-1/1"))
    assert asset(stage, "T2").test


@pytest.mark.parametrize("how", [swap_device, correct])
def test_a_replacement_by_mistake_is_taken_back_though_nothing_came_back(how: Callable[..., Body]) -> None:
    stage = rented("S1")
    stage.hears(swap_device("S2"))
    stage.hears(placed(order_id="o-2"))
    assert refused(stage.hears(scan("S1", order_id="o-2"))) == [("S1", Code.ASSET_NOT_RETURNED)]
    stage.hears(how("S1"))
    assert (entry(stage).serial, asset(stage, "S1").state) == ("S1", "in_use")
    away = "unavailable" if how is swap_device else "available"
    assert asset(stage, "S2").state == away
    assert entry(stage).replaced == (("S2",) if how is swap_device else None)
