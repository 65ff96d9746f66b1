"""What was typed, as a query: times as a person says them, services by their names."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from contracts.values.immutable import Immutable
from installation.errors import InstallationError
from operations.mending.opening import now
from operations.terminal.near import no_such
from services.mending.acts import SERVICES, STATES, State
from services.mending.query import Query

_AGO: Final = re.compile(r"([0-9]{1,6})([smhd])\Z")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
ALL: Final = "all"


class Asked(Immutable):
    """The options as they were typed."""

    places: Sequence[str] = ()
    services: Sequence[str] = ()
    why: str = ""
    type: str = ""
    since: str = ""
    until: str = ""
    about: str = ""
    text: str = ""
    state: str = "open"


def query_of(asked: Asked) -> Query:
    """The query. Raises ``InstallationError`` for a slip: a filter that was mistyped must not mean everything."""
    for service in asked.services:
        if service not in SERVICES:
            raise InstallationError(no_such("service", service, SERVICES, f"They are {', '.join(SERVICES)}."))
    if asked.state not in (*STATES, ALL):
        raise InstallationError(no_such("state", asked.state, STATES, f"They are {', '.join((*STATES, ALL))}."))
    for place in asked.places:
        if re.search(r"/[0-9]+/[0-9]+\Z", place) is None:
            raise InstallationError(f"{place[:80]!r} is no place: give topic/partition/offset, as the list has it.")
    return Query(
        services=tuple(asked.services),
        why=asked.why.strip(),
        type=asked.type.strip(),
        since=moment(asked.since),
        until=moment(asked.until),
        subject=asked.about.strip(),
        text=asked.text,
        places=tuple(asked.places),
        states=() if asked.state == ALL else (cast("State", asked.state),),
    )


def moment(text: str) -> int | None:
    """Milliseconds UTC of ``2h`` (ago), a day or a time (UTC where it names no zone); None for nothing.

    Raises ``InstallationError`` for anything else.
    """
    text = text.strip()
    if not text:
        return None
    ago = _AGO.match(text)
    if ago is not None:
        return now() - round(timedelta(**{_UNITS[ago[2]]: int(ago[1])}).total_seconds() * 1000)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InstallationError(
            f"{text[:40]!r} is no time: say 2h, 3d, 2026-03-02 or 2026-03-02T09:00 (UTC, unless a zone is named)."
        ) from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
