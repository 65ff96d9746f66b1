"""Contract months as the plan counts them, written apart from the services: what they bill is held against this."""

from calendar import monthrange
from datetime import date


def after(anchor: date, months: int) -> date:
    """The anchor's day so many months later, clamped to the month's end."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def next_begin(anchor: date, day: date) -> date:
    """When the first contract month begins that begins after a day."""
    months = 0
    while after(anchor, months) <= day:
        months += 1
    return after(anchor, months)


def period_of(day: date) -> str:
    """The calendar month of a day, ``YYYY-MM``."""
    return f"{day.year:04}-{day.month:02}"
