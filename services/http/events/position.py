"""Where a reader of events stands: one offset for each partition, in a text that is nobody else's business.

The order of events is by lane, so a single number would not do. A cursor belongs to its filters: with others it would
have passed over what they let through.
"""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

from msgspec import DecodeError, ValidationError
from msgspec.msgpack import decode, encode

from contracts.values.immutable import Immutable
from services.engine.core.record import Place
from services.http.telling.cursor import OTHER_FILTERS, UNREADABLE, wrong_cursor

VERSION: Final = "e1"
LONGEST: Final = 20_000
"""Characters of a cursor: 1,024 lanes of four topics take some 16,000."""
_LARGEST: Final = 200_000
_SHAPE: Final = re.compile(r"[A-Za-z0-9_=-]+")


class Filters(Immutable):
    """What a reader wants: types by their names (``OrderPlaced``), whom they are about. Empty: everything."""

    types: tuple[str, ...] = ()
    subject: str | None = None
    source: str | None = None

    def fingerprint(self) -> bytes:
        """Stands for them in a cursor."""
        text = "\n".join((*sorted(self.types), "", self.subject or "", self.source or ""))
        return blake2b(text.encode("utf-8", "replace"), digest_size=6).digest()


def to_cursor(positions: Mapping[Place, int], filters: Filters) -> str:
    """The text that stands for these positions under these filters."""
    topics: dict[str, list[int]] = {}
    for (topic, lane), offset in sorted(positions.items()):
        offsets = topics.setdefault(topic, [])
        offsets += [0] * (lane + 1 - len(offsets))
        offsets[lane] = offset
    packed = zlib.compress(encode([filters.fingerprint(), topics]), 9)
    return VERSION + urlsafe_b64encode(packed).decode()


def from_cursor(text: str, filters: Filters, topics: Sequence[str], lanes: int) -> dict[Place, int]:
    """The positions again. Raises ``Problem`` for what is no cursor of ours, or one of other filters."""
    if len(text) > LONGEST or not text.startswith(VERSION) or _SHAPE.fullmatch(text) is None:
        raise wrong_cursor(f"{UNREADABLE} (the header Cursor of an answer of /events)")
    try:
        inflating = zlib.decompressobj()
        packed = inflating.decompress(urlsafe_b64decode(text[len(VERSION) :]), _LARGEST)
        print_, found = decode(packed, type=tuple[bytes, dict[str, list[int]]])
    except (NotBase64, zlib.error, DecodeError, ValidationError, ValueError):
        raise wrong_cursor(f"{UNREADABLE} (the header Cursor of an answer of /events)") from None
    if print_ != filters.fingerprint():
        raise wrong_cursor(OTHER_FILTERS)
    if set(found) != set(topics) or any(
        len(offsets) > lanes or min(offsets, default=0) < 0 for offsets in found.values()
    ):
        raise wrong_cursor("belongs to another installation")
    # Lanes that were added since begin at their beginning: nothing of theirs was read.
    return {
        (topic, lane): offsets[lane] if lane < len(offsets) else 0
        for topic, offsets in found.items()
        for lane in range(lanes)
    }
