"""What a message says, in 8 bytes: the same for the same content, whatever fields a later version adds.

Rule: ``docs/domain.md`` section 4, 5: content is the normalised ``data`` with defaults. A field that stands at its
default is as one that was left out, at every depth, and None is as absent: so a default spelled out, or an optional
field that a later version of the contracts adds, changes no content that is remembered.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from pydantic import BaseModel

BYTES: Final = 8


def content_of(body: BaseModel) -> bytes:
    """8 bytes that stand for a valid body. The order of its fields does not count, that of a list does."""
    return digest_of(_given(body))


def digest_of(data: object) -> bytes:
    """8 bytes that stand for JSON data as they are; the order of an object's names does not count."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), default=repr)
    return blake2b(text.encode(), digest_size=BYTES).digest()


def fields_of_content(body: BaseModel) -> Mapping[str, bytes]:
    """The same for each field that does not stand at its default."""
    return {name: digest_of(value) for name, value in _given(body).items()}


def _given(body: BaseModel) -> dict[str, Any]:
    return body.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
