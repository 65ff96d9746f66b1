"""Where a list goes on: opaque text for whoever holds it, of no use with other filters.

It carries its version, what stands for the search that it belongs to, and the row behind which the next page begins.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Final, Literal

VERSION: Final = 1
MARK: Final = 8
"""Bytes that stand for what was searched."""
_PLACE: Final = 12
Wrong = Literal["unreadable", "other_version", "other_search"]
"""Why a cursor leads nowhere: it is none, it is of another release, or it belongs to another search."""


def cursor_of(mark: bytes, row_id: str) -> str:
    """The cursor behind this row, in a search that ``mark`` stands for."""
    return urlsafe_b64encode(bytes([VERSION]) + mark + bytes.fromhex(row_id)).decode()


def place_of(cursor: str, mark: bytes) -> tuple[str, None] | tuple[None, Wrong]:
    """The row behind which a search goes on, or why that cannot be told."""
    try:
        found = urlsafe_b64decode(cursor.encode("ascii"))
    except (Error, ValueError):
        return None, "unreadable"
    if found[:1] != bytes([VERSION]):
        return None, "other_version" if len(found) > MARK else "unreadable"
    if len(found) != 1 + MARK + _PLACE or cursor_of(found[1 : 1 + MARK], found[1 + MARK :].hex()) != cursor:
        return None, "unreadable"
    if found[1 : 1 + MARK] != mark:
        return None, "other_search"
    return found[1 + MARK :].hex(), None
