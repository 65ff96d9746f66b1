from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from contracts.messages.clock import ClockPassed, ClockTicked
from contracts.wire.message import Body
from services.engine.core.service import LaneClock
from tests.orders.shop import codes, open_shop
from tests.scene import NOON, Scene, only

MINUTE = timedelta(minutes=1)


def tick(shop: Scene, as_of: datetime, recorded: datetime | None = None) -> list[Body]:
    return shop.hears(ClockTicked(lane=0, as_of=as_of), source="orders", time=as_of, recorded=recorded or as_of)


def test_the_first_tick_says_when_it_is_and_nobody_has_waited_yet() -> None:
    shop = open_shop()
    passed = only(tick(shop, NOON), ClockPassed)
    assert (passed.version, passed.lane, passed.as_of, passed.waited) == (1, 0, NOON, 0)
    assert shop.clock == LaneClock(NOON, 0)


def test_each_tick_moves_the_waiting_clock_by_what_passed() -> None:
    shop = open_shop()
    tick(shop, NOON)
    passed = only(tick(shop, NOON + MINUTE), ClockPassed)
    assert (passed.version, passed.waited) == (2, 60_000)


def test_time_in_which_nobody_ran_counts_two_minutes_at_most() -> None:
    shop = open_shop()
    tick(shop, NOON)
    passed = only(tick(shop, NOON + timedelta(days=3)), ClockPassed)
    assert (passed.as_of, passed.waited) == (NOON + timedelta(days=3), 120_000)


def test_a_tick_that_is_not_above_the_last_is_a_repeat() -> None:
    shop = open_shop()
    tick(shop, NOON)
    assert tick(shop, NOON) == []
    assert tick(shop, NOON - MINUTE) == []
    assert shop.clock == LaneClock(NOON, 0)


def test_a_tick_more_than_five_minutes_ahead_of_its_record_is_refused_and_moves_nothing() -> None:
    shop = open_shop()
    assert codes(tick(shop, NOON + 6 * MINUTE, recorded=NOON)) == ["clock_ahead"]
    assert shop.clock == LaneClock()
    assert len(tick(shop, NOON + 5 * MINUTE, recorded=NOON)) == 1


def test_the_service_ticks_for_each_lane() -> None:
    service = open_shop().service
    assert service.tick is not None
    assert service.tick(7, NOON) == ClockTicked(lane=7, as_of=NOON)


@pytest.mark.parametrize("year", [1, 1969, 9991, 9999])
def test_a_tick_of_a_year_that_no_clock_says_is_no_tick(year: int) -> None:
    with pytest.raises(ValidationError, match="a clock says 1970 to 9990"):
        ClockTicked.model_validate_json(f'{{"lane": 0, "as_of": "{year:04}-12-31T23:30:00Z"}}')
