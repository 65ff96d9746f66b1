"""What happens to subscriptions in the plan."""

from collections import Counter

from demo.sample.lives import extending, leaving
from demo.sample.lives.lots import NOON_OF_THE_END, NUMBERED, Lot
from demo.sample.waves import waves
from demo.sample.whole_plan import plan


def test_most_subscriptions_are_left_alone() -> None:
    lots = Counter(life.lot for life in plan().lives)
    assert lots[Lot.NONE] / lots.total() > 0.97
    assert {lot: count for lot, count in lots.items() if lot is not Lot.NONE} == {
        Lot.CORRECTED: 50,
        Lot.RESCANNED: 25,
        Lot.REVERSED: 25,
        Lot.REVERSED_LATE: 40,
        Lot.REPLACED: 100,
        Lot.CANCELLED: 400,
        Lot.CANCELLED_LATE: 40,
        Lot.EXTENDED: 120,
        Lot.EXTENDED_LATE: 30,
        Lot.TRACKED: 400,
        Lot.TRACKED_EARLY: 20,
    }


def test_requests_name_the_subscription_where_the_plan_is_sure_of_it_and_else_the_serial() -> None:
    named = Counter(life.device.number is not None for life in plan().lives if life.lot is not Lot.NONE)
    assert named[True] > 200
    assert named[False] > 200
    assert all(life.device.number is not None for life in plan().lives if life.lot in NUMBERED)


def test_the_devices_of_an_order_have_different_numbers() -> None:
    known = [d for life in plan().lives if (d := life.device).subscription_id is not None]
    assert len({device.subscription_id for device in known}) == len(known)
    assert len({life.device.serial for life in plan().lives}) == len(plan().lives)


def test_a_cancellation_lies_within_its_contract_and_a_late_one_in_the_first_month() -> None:
    reasons = Counter()  # type: ignore[var-annotated]
    for life in plan().lives:
        if life.lot not in (Lot.CANCELLED, Lot.CANCELLED_LATE):
            continue
        day = leaving.cancelled_at(life).date()
        assert life.device.start < day <= leaving.last_day(life) < life.device.ends_before
        if life.lot is Lot.CANCELLED_LATE:
            assert (day - life.device.start).days < 28
        reasons[leaving.reason_of(life)] += 1
    assert set(reasons) == set(leaving.REASONS)


def test_only_contracts_that_end_by_december_are_extended_or_end() -> None:
    for life in plan().lives:
        if life.lot in (Lot.EXTENDED, Lot.EXTENDED_LATE):
            assert life.expires
            assert extending.months_more(life) in (6, 12, 24)
    ended = [life for life in plan().lives if leaving.over(life) and life.lot is Lot.NONE]
    assert all(life.device.ends_before <= NOON_OF_THE_END.date() for life in ended)
    assert 0.5 < sum(life.comes_back for life in ended) / len(ended) < 0.7


def test_what_is_extended_before_the_end_is_asked_before_the_clock_says_so() -> None:
    names = [each.name for each in waves()]
    assert names.index("extensions") < names.index("ticks to December") < names.index("after the end")
