"""What a message says, in 8 bytes: the same for the same content, whatever fields a later version adds.

Rule: ``docs/domain.md`` section 4, 5: content is the normalised ``data`` with defaults. A field that stands at its
default is as one that was left out, at every depth, and None is as absent: so a default spelled out, or an optional
field that a later version of the contracts adds, changes no content that is remembered.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec
from pydantic import BaseModel

BYTES: Final = 8
_SORTED: Final = msgspec.json.Encoder(order="sorted")
_ANY: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=repr)
_DELETE: Final = b"\x7f"


def content_of(body: BaseModel) -> bytes:
    """8 bytes that stand for a valid body. The order of its fields does not count, that of a list does."""
    return _digest(_written(_given(body)))


def digest_of(data: object) -> bytes:
    """8 bytes that stand for JSON data as they are; the order of an object's names does not count."""
    return _digest(_ANY.encode(data).encode())


def fields_of_content(body: BaseModel) -> Mapping[str, bytes]:
    """The same for each field that does not stand at its default."""
    return {name: _digest(_written(value)) for name, value in _given(body).items()}


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=BYTES).digest()


def _written(given: object) -> bytes:
    """What a valid body gave, as ``digest_of`` writes it: its digests are remembered for ever.

    The faster writer escapes other characters, of which there are none where all is ASCII, and writes fractions in
    another way, which no message has.
    """
    try:
        text = _SORTED.encode(given)
    except (TypeError, ValueError, OverflowError):  # a lone surrogate, a number beyond 64 bits
        return _ANY.encode(given).encode()
    return text if text.isascii() and _DELETE not in text else _ANY.encode(given).encode()


def _given(body: BaseModel) -> dict[str, Any]:
    return body.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
