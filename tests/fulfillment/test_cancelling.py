from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.fulfillment import OrderProgressed
from contracts.life import SubscriptionCancelled, SubscriptionEnded
from contracts.refusals import Code
from services.fulfillment.settings import Settings
from tests.fulfillment.lives import (
    TODAY,
    cancel,
    codes,
    day_comes,
    entry,
    extend,
    give_back,
    rented,
    reverse,
)
from tests.fulfillment.orders_known import asset, ledger, placed, scan
from tests.scene import NOON, only

DAY = timedelta(days=1)


def test_a_subscription_is_cancelled_on_the_messages_day_at_once() -> None:
    stage = rented()
    said = stage.hears(cancel(), id="c", time=NOON + 3 * DAY)
    fact = only(said, SubscriptionCancelled)
    now = fact.subscription
    assert (now.state, now.cancelled_on, now.cancellation_reason) == ("cancelled", TODAY + 3 * DAY, "customer_request")
    assert now.ends_before == TODAY + 4 * DAY  # a month that begins on the last day itself is still due
    assert (fact.version, fact.at, fact.actor, fact.reason) == (3, NOON + 3 * DAY, "Grace", "moves abroad")
    assert (asset(stage, "S1").state, asset(stage, "S1").last_order) == ("ended", "o-1")


def test_the_order_hears_of_it_and_none_of_its_units_opens() -> None:
    stage = rented("S1", "S2", quantity=3)
    progress = only(stage.hears(cancel("o-1/2")), OrderProgressed)
    assert [(r.subscription_id, r.state) for r in progress.subscriptions] == [("o-1/2", "cancelled")]
    assert [(i.units, i.taken, i.cancelled) for i in progress.items] == [(3, 2, 0)]


def test_the_ledger_keeps_who_did_it_when_and_why() -> None:
    stage = rented()
    stage.hears(cancel(reason="x" * 4000), time=NOON + DAY)
    [row] = entry(stage).history or ()
    assert (row.kind, row.actor, row.at) == ("SubscriptionCancelled", "Grace", NOON + DAY)
    assert row.reason == "x" * 500


def test_one_that_is_cancelled_for_a_later_day_is_active_until_that_day_has_passed() -> None:
    stage = rented()
    last = TODAY + 10 * DAY
    now = only(stage.hears(cancel(on=last)), SubscriptionCancelled).subscription
    assert (now.state, now.cancelled_on, now.ends_before) == ("active", last, last + DAY)
    assert asset(stage, "S1").state == "in_use"
    assert day_comes(stage, last) == []
    ended = only(day_comes(stage, last + DAY), SubscriptionEnded).subscription
    assert (ended.state, ended.cancelled_on) == ("cancelled", last)
    assert asset(stage, "S1").state == "ended"


def test_an_earlier_day_takes_the_place_of_a_later_one() -> None:
    stage = rented()
    stage.hears(cancel(on=TODAY + 10 * DAY))
    now = only(stage.hears(cancel(on=TODAY + 4 * DAY, reason_code="fraud")), SubscriptionCancelled).subscription
    assert (now.cancelled_on, now.ends_before, now.cancellation_reason) == (TODAY + 4 * DAY, TODAY + 5 * DAY, "fraud")
    assert only(stage.hears(cancel()), SubscriptionCancelled).subscription.state == "cancelled"


@pytest.mark.parametrize("days", [10, 11, 500])
def test_the_same_or_a_later_day_is_refused(days: int) -> None:
    stage = rented()
    stage.hears(cancel(on=TODAY + 10 * DAY))
    assert codes(stage.hears(cancel(on=TODAY + days * DAY))) == [(Code.SUBSCRIPTION_CANCELLED, "on")]


def test_one_that_is_cancelled_already_is_not_cancelled_again() -> None:
    stage = rented()
    stage.hears(cancel())
    assert codes(stage.hears(cancel(), time=NOON + DAY)) == [(Code.SUBSCRIPTION_CANCELLED, "on")]


def test_a_latecomer_with_an_earlier_day_counts_and_the_subscription_stays_cancelled() -> None:
    stage = rented()
    stage.hears(cancel(), time=NOON + 9 * DAY)
    now = only(stage.hears(cancel(on=TODAY + 5 * DAY), time=NOON + 2 * DAY), SubscriptionCancelled).subscription
    assert (now.state, now.cancelled_on) == ("cancelled", TODAY + 5 * DAY)
    assert len(asset(stage, "S1").history) == 2


def test_a_latecomer_does_not_take_the_device_from_whoever_has_it_now() -> None:
    stage = rented()
    stage.hears(cancel(), time=NOON + 9 * DAY)
    stage.hears(give_back())
    stage.hears(placed(order_id="o-2"))
    stage.hears(scan("S1", order_id="o-2"))
    only(stage.hears(cancel(on=TODAY + 5 * DAY), time=NOON + 2 * DAY), SubscriptionCancelled)
    assert (asset(stage, "S1").state, asset(stage, "S1").last_order) == ("in_use", "o-2")


@pytest.mark.parametrize(("day", "fine"), [(date(2024, 5, 14), False), (date(2024, 5, 15), True)])
def test_no_day_before_the_messages_own(day: date, fine: bool) -> None:
    said = rented().hears(cancel(on=day))
    assert codes(said) == ([] if fine else [(Code.DATE_OUT_OF_RANGE, "on")])


@pytest.mark.parametrize(("day", "fine"), [(date(2025, 5, 14), True), (date(2025, 5, 15), False)])
def test_no_day_on_which_the_contract_has_ended_anyway(day: date, fine: bool) -> None:
    said = rented().hears(cancel(on=day))
    assert codes(said) == ([] if fine else [(Code.DATE_OUT_OF_RANGE, "on")])


def test_a_contract_can_be_cancelled_before_it_starts_and_ends_before_it_began() -> None:
    stage = rented(start=TODAY + 30 * DAY)
    now = only(stage.hears(cancel()), SubscriptionCancelled).subscription
    assert (now.state, now.ends_before, now.start_date) == ("cancelled", TODAY + DAY, TODAY + 30 * DAY)


def test_the_day_of_a_message_is_that_of_the_business_time_zone() -> None:
    late = datetime(2024, 5, 20, 23, 30, tzinfo=UTC)
    for zone, day in (("UTC", 20), ("Europe/Berlin", 21)):
        stage = rented(settings=Settings(zone=ZoneInfo(zone)))
        assert only(stage.hears(cancel(), time=late), SubscriptionCancelled).subscription.cancelled_on == date(
            2024, 5, day
        )


def test_an_ended_or_reversed_one_is_not_cancelled() -> None:
    stage = rented("S1", "S2")
    stage.hears(reverse("o-1/2"))
    assert codes(stage.hears(cancel("o-1/2"))) == [(Code.SUBSCRIPTION_REVERSED, "")]
    day_comes(stage, date(2025, 5, 15))
    assert codes(stage.hears(cancel())) == [(Code.SUBSCRIPTION_ENDED, "")]


def test_one_whose_device_came_back_before_leaves_a_device_that_is_free() -> None:
    stage = rented()
    stage.hears(give_back())
    stage.hears(cancel())
    assert asset(stage, "S1").state == "returned"


def test_a_message_time_more_than_90_days_before_the_creation_is_not_believed() -> None:
    for days, suspect in ((90, False), (91, True)):
        stage = rented()
        said = stage.hears(cancel(), time=NOON - timedelta(days=days), recorded=NOON + DAY)
        fact = only(said, SubscriptionCancelled)
        assert fact.at == (NOON + DAY if suspect else NOON - timedelta(days=days))


def test_a_refusal_tells_that_the_clock_is_suspect() -> None:
    stage = rented()
    said = stage.hears(extend(date(2024, 1, 1)), time=datetime(1971, 1, 1, tzinfo=UTC), recorded=NOON)
    assert [b.clock_suspect for b in said if hasattr(b, "clock_suspect")] == [True]
    assert ledger(stage).version == 2
