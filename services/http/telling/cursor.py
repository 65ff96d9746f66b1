"""A place in a list, for whoever reads on: opaque, and good for the very filters under which it was given."""

import base64
import binascii
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from services.http.telling.problem import Fault, Problem, fault

VERSION: Final = 1
LONGEST: Final = 1_000
_GREATEST: Final = 2**53
"""Beyond it a program of another language reads another number."""

Position = tuple[str | int, ...]
"""Where a list is read on: what it is sorted by, of the last thing that was looked at."""
Shape = tuple[type[str] | type[int], ...]


UNREADABLE: Final = "cannot be read: it must be sent as it was given, unchanged and whole"
OTHER_FILTERS: Final = "was given in another list, or under other filters or another order"


def wrong_cursor(why: str) -> Problem:
    """The problem of a cursor; ``why`` goes on after "the cursor"."""
    return fault(Fault.CURSOR_INVALID, f"the cursor {why}", parameter="cursor")


def write_cursor(of: str, filters: Mapping[str, object], position: Position) -> str:
    """The cursor of a place in the list ``of``."""
    content = json.dumps([VERSION, _fingerprint(of, filters), *position], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(content.encode()).rstrip(b"=").decode()


def read_cursor(
    text: str, of: str, filters: Mapping[str, object], shape: tuple[type[str] | type[int], ...]
) -> Position:
    """The place that a cursor stands for; its parts have the types of ``shape``.

    Raises ``Problem`` (``cursor_invalid``) for one that is none, of another list, or given under other filters.
    """
    if len(text) > LONGEST:
        raise wrong_cursor("is too long to be one")
    try:
        found = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise wrong_cursor(UNREADABLE) from None
    if not isinstance(found, list) or len(found) != 2 + len(shape) or found[0] != VERSION:
        raise wrong_cursor("is of another list, or of another version of this API")
    _, given, *position = found
    if given != _fingerprint(of, filters):
        raise wrong_cursor(OTHER_FILTERS)
    if not all(type(part) is kind and _sane(part) for part, kind in zip(position, shape, strict=True)):
        raise wrong_cursor(UNREADABLE)
    return tuple(position)


def _sane(part: str | int) -> bool:
    return 0 <= part < _GREATEST if isinstance(part, int) else part.isprintable()


def _fingerprint(of: str, filters: Mapping[str, object]) -> str:
    content = json.dumps([of, {name: str(value) for name, value in filters.items()}], sort_keys=True)
    return sha256(content.encode()).hexdigest()[:16]
