"""Periods, issue and due dates follow from contract months."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.values.calendar import month_begin
from services.billing.rules.calendar import due_date, issue_date, period_of

anchors = st.dates(min_value=date(1970, 1, 1), max_value=date(2150, 12, 31))
numbers = st.integers(min_value=1, max_value=400)


def test_a_period_is_invoiced_on_the_billing_day_of_the_month_after_it() -> None:
    assert period_of(date(2024, 5, 20)) == "2024-05"
    assert issue_date("2024-05", 1) == date(2024, 6, 1)
    assert issue_date("2024-12", 28) == date(2025, 1, 28)
    assert issue_date("2024-01", 28) == date(2024, 2, 28)


@pytest.mark.parametrize("day", [0, 29])
def test_a_billing_day_that_some_month_lacks_is_none(day: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 28"):
        issue_date("2024-05", day)


@pytest.mark.parametrize(
    ("term", "due"),
    [
        ("at_once", date(2024, 2, 20)),
        ("net_7", date(2024, 2, 27)),
        ("net_14", date(2024, 3, 5)),
        ("net_30", date(2024, 3, 21)),
    ],
)
def test_a_term_counts_calendar_days_from_the_issue_across_a_29_february(term: str, due: date) -> None:
    assert due_date(date(2024, 2, 20), term) == due


@given(anchors, numbers, st.integers(min_value=1, max_value=28))
@settings(deadline=None)
def test_law_an_invoice_is_issued_after_the_month_that_its_line_begins_in(
    anchor: date, number: int, billing_day: int
) -> None:
    begin = month_begin(anchor, number)

    issued = issue_date(period_of(begin), billing_day)

    assert issued.day == billing_day
    assert (issued.year * 12 + issued.month) - (begin.year * 12 + begin.month) == 1
