"""Contract months never drift from their anchor: what fulfillment and billing both count by."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values.calendar import month_begin, months_after, months_before, months_begun, next_month_begin

anchors = st.dates(min_value=date(1970, 1, 1), max_value=date(2150, 12, 31))
numbers = st.integers(min_value=1, max_value=400)


def test_a_31_january_anchor_returns_to_the_31st_wherever_there_is_one() -> None:
    begins = [month_begin(date(2025, 1, 31), number) for number in range(1, 8)]

    assert begins == [
        date(2025, 1, 31),
        date(2025, 2, 28),
        date(2025, 3, 31),
        date(2025, 4, 30),
        date(2025, 5, 31),
        date(2025, 6, 30),
        date(2025, 7, 31),
    ]


@pytest.mark.parametrize(
    ("anchor", "months", "ends_before"),
    [
        (date(2024, 8, 31), 6, date(2025, 2, 28)),  # the specification's
        (date(2024, 8, 31), 12, date(2025, 8, 31)),
        (date(2025, 1, 31), 6, date(2025, 7, 31)),
        (date(2007, 3, 31), 1, date(2007, 4, 30)),  # java.time.LocalDate.plusMonths
        (date(2005, 1, 31), 1, date(2005, 2, 28)),  # dateutil.relativedelta
        (date(2023, 1, 31), 1, date(2023, 2, 28)),  # Stripe's billing cycle anchor
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 3, date(2023, 4, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),  # leap years
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2096, 2, 29), 48, date(2100, 2, 28)),  # 2100 is none
        (date(1999, 11, 30), 3, date(2000, 2, 29)),  # 2000 is one
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2024, 6, 1), 36, date(2027, 6, 1)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(1996, 2, 29), 48, date(2000, 2, 29)),
        (date(2024, 12, 15), 12, date(2025, 12, 15)),
    ],
)
def test_a_contract_ends_before_the_day_that_published_calendars_say(
    anchor: date, months: int, ends_before: date
) -> None:
    assert months_after(anchor, months) == ends_before
    assert month_begin(anchor, months + 1) == ends_before
    assert months_before(anchor, ends_before) == months


def test_there_is_no_contract_month_before_the_first() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        month_begin(date(2024, 5, 20), 0)


def test_a_month_has_begun_on_its_first_day_and_not_the_day_before() -> None:
    anchor = date(2024, 5, 31)

    assert months_begun(anchor, date(2024, 5, 30)) == 0
    assert months_begun(anchor, date(2024, 5, 31)) == 1
    assert months_begun(anchor, date(2024, 6, 29)) == 1
    assert months_begun(anchor, date(2024, 6, 30)) == 2
    assert months_begun(anchor, date(2023, 12, 31)) == 0


@given(anchors, numbers)
def test_law_no_month_drifts_from_the_anchor(anchor: date, number: int) -> None:
    begin = month_begin(anchor, number)
    next_day = begin + timedelta(days=1)

    months_apart = (begin.year - anchor.year) * 12 + begin.month - anchor.month
    assert months_apart == number - 1
    assert begin.day == anchor.day or (begin.day < anchor.day and next_day.day == 1)


@given(anchors, numbers)
def test_law_contract_months_begin_one_after_the_other(anchor: date, number: int) -> None:
    assert month_begin(anchor, number) < month_begin(anchor, number + 1)


@given(anchors, st.integers(min_value=-50, max_value=3000))
def test_law_the_months_begun_by_a_day_are_those_that_begin_up_to_it(anchor: date, days: int) -> None:
    by = anchor + timedelta(days=days)

    begun = months_begun(anchor, by)

    assert all(month_begin(anchor, number) <= by for number in range(max(1, begun - 1), begun + 1))
    assert month_begin(anchor, begun + 1) > by


@given(anchors, numbers)
def test_law_a_contract_has_as_many_months_as_begin_before_its_end(anchor: date, months: int) -> None:
    assert months_before(anchor, months_after(anchor, months)) == months


@given(anchors, numbers)
def test_law_a_later_start_never_ends_earlier(anchor: date, months: int) -> None:
    assert months_after(anchor, months) <= months_after(anchor + timedelta(days=1), months)


@given(anchors, st.integers(min_value=-50, max_value=3000))
def test_law_the_next_month_is_the_first_that_begins_after_the_day(anchor: date, days: int) -> None:
    day = anchor + timedelta(days=days)

    begin = next_month_begin(anchor, day)

    begins = [month_begin(anchor, number) for number in range(1, 110)]
    assert begin == next(each for each in begins if each > day)
