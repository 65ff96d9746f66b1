"""A point in time as senders write it: all of RFC 3339, and what ISO 8601 allows beside it.

Rule: ``docs/domain.md`` section 5.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_LONGEST: Final = 256
"""Characters: a fraction may have many digits."""
_OURS: Final = 24
"""Characters of a time in milliseconds with ``Z``, as we say it ourselves."""
_RFC_3339: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))",
    re.ASCII,
)


def whole_milliseconds(time: datetime) -> datetime:
    """The time without what is finer than a millisecond, as messages and documents keep it."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def time_of_day(time: datetime) -> str:
    """``19:39:49.779``, as a person reads what came when."""
    return f"{time:%H:%M:%S}.{time.microsecond // 1000:03d}"


def instant(value: object) -> datetime | None:
    """A CloudEvents ``time`` as UTC in whole milliseconds; None for what cannot be read or has no offset.

    A leap second is the last millisecond of its minute: it belongs to the day, and the month, that it ends.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    if len(value) == _OURS and value[10] == "T" and value[-1] == "Z":
        with suppress(ValueError):  # a leap second, or no time at all: read by the letter below
            time = datetime.fromisoformat(value)
            if not time.microsecond % 1000:
                return time
    value = value.strip()
    try:
        parts = _RFC_3339.fullmatch(value)
        time = datetime.fromisoformat(value) if parts is None else _read(parts)
        if time.tzinfo is None:
            return None
        time = time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    surplus = time.microsecond % 1000
    return time.replace(microsecond=time.microsecond - surplus) if surplus else time


def _read(parts: re.Match[str]) -> datetime:
    """Raises ValueError for what is no time of the calendar."""
    year, month, day, hour, minute, second = (int(part) for part in parts.groups()[:6])
    thousandths = int((parts[7] or "")[:3].ljust(3, "0"))
    if second == 60:
        second, thousandths = 59, 999
    zone: timezone = UTC
    if parts[8] is not None:
        hours, minutes = int(parts[9]), int(parts[10])
        if hours > 23 or minutes > 59:
            raise ValueError(parts[0])
        offset = timedelta(hours=hours, minutes=minutes)
        zone = timezone(-offset if parts[8] == "-" else offset)
    return datetime(year, month, day, hour, minute, second, thousandths * 1000, zone)
