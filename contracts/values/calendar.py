"""Contract months: civil dates only, every one computed from the contract's start, its anchor.

Rule: ``docs/domain.md`` section 2, month ends. Nothing is ever computed from the month before: a 31st that was clamped
in February is a 31st again in March. Fulfillment says by these dates when a contract ends, billing what is due by then:
both must count alike.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

ONE_DAY: Final = timedelta(days=1)


def months_after(anchor: date, months: int) -> date:
    """The anchor's day so many months later, or that month's last day if it has none such.

    It is the day before which a contract of ``months`` months that starts on ``anchor`` ends. Raises ValueError beyond
    the calendar's last year.
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    day = anchor.day if anchor.day <= 28 else min(anchor.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def month_begin(anchor: date, number: int) -> date:
    """When contract month ``number`` (from 1) begins. Raises ValueError for a number below 1."""
    if number < 1:
        raise ValueError(f"contract months count from 1, not {number}")
    return months_after(anchor, number - 1)


def months_begun(anchor: date, by: date) -> int:
    """How many contract months have begun by the end of the day ``by``; 0 before the anchor."""
    if by < anchor:
        return 0
    apart = (by.year - anchor.year) * 12 + by.month - anchor.month
    return apart + 1 if by.day >= anchor.day or months_after(anchor, apart) <= by else apart


def months_before(anchor: date, ends_before: date) -> int:
    """How many contract months begin before the (exclusive) end of a contract."""
    return months_begun(anchor, ends_before - ONE_DAY)


def next_month_begin(anchor: date, day: date) -> date:
    """The begin of the first contract month that begins after this day."""
    return months_after(anchor, months_begun(anchor, day))
