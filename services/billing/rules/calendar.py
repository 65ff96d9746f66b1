"""Contract months, periods, issue and due dates: civil dates only, every one computed from its anchor.

Rules: ``docs/domain.md`` section 2 (month ends) and section 3 (periods, issue dates, due dates). Nothing is ever
computed from the month before: a 31st that was clamped in February would stay a 28th for the rest of the
contract.
"""

from calendar import monthrange
from datetime import date, timedelta

from services.billing.rules.term import days_of

ONE_DAY = timedelta(days=1)


def month_begin(anchor: date, number: int) -> date:
    """When contract month ``number`` (from 1) begins: on the anchor's day, clamped to the month's last.

    ``month_begin(start, months + 1)`` is the day before which a contract of that many months ends.
    """
    if number < 1:
        raise ValueError(f"contract months count from 1, not {number}")
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + number - 1, 12)
    day = anchor.day if anchor.day <= 28 else min(anchor.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def months_begun(anchor: date, by: date) -> int:
    """How many contract months have begun by the end of the day ``by``; 0 before the anchor."""
    if by < anchor:
        return 0
    whole = (by.year - anchor.year) * 12 + by.month - anchor.month
    return whole + 1 if by.day >= anchor.day or month_begin(anchor, whole + 1) <= by else whole


def months_before(anchor: date, ends_before: date) -> int:
    """How many contract months begin before the (exclusive) end of a contract."""
    return months_begun(anchor, ends_before - ONE_DAY)


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
