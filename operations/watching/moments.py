"""A moment as a person names it: so long ago, a time of today, a day, or all of it. UTC, as every time of ours."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_AGO: Final = re.compile(r"([0-9]{1,6})\s*(s|m|min|h|d|w)", re.IGNORECASE)
_SECONDS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_OF_TODAY: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
MEANT: Final = "2h, 30m, 90s, 3d, 14:02, 2026-11-28, or 2026-11-28T14:02 (UTC)"
"""What can be given, for whoever gave something else."""


def moment(text: str, now: datetime) -> datetime:
    """The moment that is meant. A time of today that has not come yet was yesterday. Raises ValueError."""
    text = text.strip()
    if (ago := _AGO.fullmatch(text)) is not None:
        return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2].lower()])
    if (clock := _OF_TODAY.fullmatch(text)) is not None:
        if int(clock[1]) > 23 or int(clock[2]) > 59 or int(clock[3] or 0) > 59:
            raise ValueError(f"{text[:40]!r} is no moment: give {MEANT}.")
        found = now.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(clock[3] or 0), microsecond=0)
        return found - timedelta(days=1) if found > now else found
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text[:40]!r} is no moment: give {MEANT}.") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def span(begin: datetime | None, end: datetime) -> str:
    """``12:00-14:02``, with the days where they are not the same."""
    if begin is None:
        return f"all that the log keeps until {end:%H:%M}"
    if begin.date() == end.date():
        return f"{begin:%H:%M}-{end:%H:%M}"
    return f"{begin:%Y-%m-%d %H:%M} - {end:%Y-%m-%d %H:%M}"
