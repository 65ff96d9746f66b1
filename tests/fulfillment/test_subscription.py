from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fulfillment.rules.subscription import months_after

days = st.dates(date(1999, 1, 1), date(2101, 12, 31))
lengths = st.sampled_from((6, 12, 24, 36))


@pytest.mark.parametrize(
    ("start", "months", "ends_before"),
    [
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 8, 31), 12, date(2025, 8, 31)),
        (date(2024, 1, 31), 6, date(2024, 7, 31)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2096, 2, 29), 48, date(2100, 2, 28)),  # 2100 is no leap year
        (date(1996, 2, 29), 48, date(2000, 2, 29)),  # 2000 was one
        (date(2024, 12, 15), 12, date(2025, 12, 15)),
    ],
)
def test_a_contract_ends_on_the_anchors_day_or_the_months_last(start: date, months: int, ends_before: date) -> None:
    assert months_after(start, months) == ends_before


def test_the_contract_months_of_31_january_begin_at_the_months_ends_and_never_drift() -> None:
    begins = [months_after(date(2023, 1, 31), n) for n in range(7)]
    assert [f"{b.day} {b:%b}" for b in begins] == [
        "31 Jan", "28 Feb", "31 Mar", "30 Apr", "31 May", "30 Jun", "31 Jul",
    ]  # fmt: skip


@given(days, lengths, lengths)
def test_an_extension_is_computed_from_the_original_anchor(start: date, first: int, second: int) -> None:
    end = months_after(start, first + second)
    assert end.day == start.day or (end + timedelta(days=1)).day == 1
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == first + second


@given(days, lengths)
def test_a_later_start_never_ends_earlier(start: date, months: int) -> None:
    assert months_after(start, months) <= months_after(start + timedelta(days=1), months)
