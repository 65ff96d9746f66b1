"""Periods, issue and due dates: civil dates only. Contract months are ``contracts/values/calendar.py``.

Rules: ``docs/domain.md`` section 3.
"""

from calendar import monthrange
from datetime import date, timedelta

from contracts.values.calendar import month_begin
from services.billing.rules.term import days_of


def period_of(day: date) -> str:
    """The calendar month of a day, ``YYYY-MM``: the period of a contract month that begins on it."""
    return f"{day.year:04}-{day.month:02}"


def period_after(period: str) -> str:
    """The calendar month behind this one."""
    return period_of(month_begin(date.fromisoformat(f"{period}-01"), 2))


def periods_through(first: str, last: str) -> int:
    """How many calendar months there are from ``first`` to ``last``, both counted."""
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1


def last_day(period: str) -> date:
    """The last day of a calendar month."""
    year, month = int(period[:4]), int(period[5:])
    return date(year, month, monthrange(year, month)[1])


def issue_date(period: str, billing_day: int) -> date:
    """When a period is invoiced: on the payer's billing day (1-28) of the following month."""
    if not 1 <= billing_day <= 28:
        raise ValueError(f"a billing day lies between 1 and 28: {billing_day}")
    following = month_begin(date.fromisoformat(f"{period}-01"), 2)
    return following.replace(day=billing_day)


def due_date(issued: date, term: str) -> date:
    """When an invoice is due: as many calendar days after its issue as its term gives."""
    return issued + timedelta(days=days_of(term))
