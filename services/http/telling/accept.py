"""Which form of a resource a caller wants (RFC 9110, ``Accept``)."""

from collections.abc import Sequence

from services.http.telling.problem import Fault, fault


def choose_type(header: str | None, offered: Sequence[str]) -> str:
    """The one of these media types that is wanted most; of equals the first one offered. Without a header: the first.

    Raises ``Problem`` (406) if none of them is.
    """
    if header is None or not header.strip():
        return offered[0]
    ranges = [_range(part) for part in header.split(",")]
    wanted = [(_quality(each, ranges), -place, each) for place, each in enumerate(offered)]
    quality, _, best = max(wanted)
    if quality == 0:
        raise fault(Fault.NOT_ACCEPTABLE, f"there is {', '.join(offered)}")
    return best


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (each.strip().lower() for each in part.split(";"))
    for each in parameters:
        key, _, value = each.partition("=")
        if key.strip() == "q":
            try:
                return name, min(max(float(value), 0.0), 1.0)
            except ValueError:
                return name, 0.0
    return name, 1.0


def _quality(offered: str, ranges: Sequence[tuple[str, float]]) -> float:
    """That of the most specific range that it is in."""
    kind = offered.partition("/")[0]
    found = dict(ranges)
    for each in (offered, f"{kind}/*", "*/*"):
        if each in found:
            return found[each]
    return 0.0
