from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.messages.fulfillment import OrderProgressed
from contracts.messages.life import (
    CancellationWithdrawn,
    SubscriptionCancelled,
    SubscriptionEnded,
    SubscriptionExtended,
)
from contracts.values.refusals import Code
from services.engine.core.document import replace
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
    withdraw,
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


def test_the_same_day_is_refused_and_one_beyond_the_contract() -> None:
    stage = rented()
    stage.hears(cancel(on=TODAY + 10 * DAY))
    assert codes(stage.hears(cancel(on=TODAY + 10 * DAY))) == [(Code.SUBSCRIPTION_CANCELLED, "on")]
    assert codes(stage.hears(cancel(on=TODAY + 365 * DAY))) == [(Code.DATE_OUT_OF_RANGE, "on")]


def test_while_its_last_day_has_not_come_it_is_moved_to_a_later_one() -> None:
    stage = rented()
    stage.hears(cancel(on=TODAY + 10 * DAY))
    moved = only(stage.hears(cancel(on=TODAY + 60 * DAY), time=NOON + 9 * DAY), SubscriptionCancelled).subscription
    assert (moved.state, moved.cancelled_on, moved.ends_before) == ("active", TODAY + 60 * DAY, TODAY + 61 * DAY)
    assert day_comes(stage, TODAY + 11 * DAY) == []
    only(day_comes(stage, TODAY + 61 * DAY), SubscriptionEnded)


def test_while_its_last_day_has_not_come_it_is_withdrawn_and_the_contract_ends_as_it_would_have() -> None:
    stage = rented()
    before = entry(stage)
    stage.hears(cancel(on=TODAY + 10 * DAY))
    fact = only(stage.hears(withdraw(), time=NOON + 9 * DAY), CancellationWithdrawn)
    now = fact.subscription
    assert (now.state, now.cancelled_on, now.cancellation_reason) == ("active", None, None)
    assert (now.ends_before, fact.withdrawn_day, fact.actor) == (date(2025, 5, 15), TODAY + 10 * DAY, "Grace")
    assert replace(entry(stage), history=None) == before
    assert [row.kind for row in entry(stage).history or ()] == ["SubscriptionCancelled", "CancellationWithdrawn"]
    assert day_comes(stage, TODAY + 11 * DAY) == []
    only(day_comes(stage, date(2025, 5, 15)), SubscriptionEnded)


@pytest.mark.parametrize("days", [10, 11])
@pytest.mark.parametrize("heard", [False, True])
def test_once_its_last_day_has_come_it_is_neither_moved_nor_withdrawn(days: int, heard: bool) -> None:
    stage = rented()
    stage.hears(cancel(on=TODAY + 10 * DAY))
    at = NOON + days * DAY
    if heard:
        day_comes(stage, TODAY + 11 * DAY)
        at = NOON  # a message that is late: the clock has said so before
    assert codes(stage.hears(cancel(on=TODAY + 60 * DAY), time=at)) == [(Code.SUBSCRIPTION_CANCELLED, "on")]
    assert codes(stage.hears(withdraw(), time=at)) == [(Code.SUBSCRIPTION_CANCELLED, "")]


def test_only_a_cancellation_is_withdrawn() -> None:
    stage = rented("S1", "S2")
    assert codes(stage.hears(withdraw())) == [(Code.NOT_CANCELLED, "")]
    stage.hears(cancel(on=TODAY + 10 * DAY))
    stage.hears(withdraw())
    assert codes(stage.hears(withdraw())) == [(Code.NOT_CANCELLED, "")]
    stage.hears(reverse())
    assert codes(stage.hears(withdraw())) == [(Code.SUBSCRIPTION_REVERSED, "")]
    assert codes(stage.hears(withdraw("o-1/9"))) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]
    day_comes(stage, date(2025, 5, 15))
    assert codes(stage.hears(withdraw("o-1/2"))) == [(Code.SUBSCRIPTION_ENDED, "")]


def test_a_contract_is_extended_once_its_cancellation_is_withdrawn() -> None:
    stage = rented(months=6)
    end, soon = date(2024, 11, 15), NOON + 160 * DAY
    stage.hears(cancel(on=end - 2 * DAY))
    assert codes(stage.hears(extend(end), time=soon)) == [(Code.SUBSCRIPTION_CANCELLED, "")]
    stage.hears(withdraw(), time=soon)
    assert only(stage.hears(extend(end), time=soon), SubscriptionExtended).subscription.ends_before == TODAY + 365 * DAY


def test_an_extension_by_mistake_is_taken_back_by_a_cancellation_with_its_old_last_day() -> None:
    stage = rented(months=6)
    end, soon = date(2024, 11, 15), NOON + 160 * DAY
    stage.hears(extend(end), time=soon)
    now = only(stage.hears(cancel(on=end - DAY), time=soon), SubscriptionCancelled).subscription
    assert (now.state, now.ends_before) == ("active", end)


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
