"""The form of an API key: what it looks like, how a slip in it is seen before anything is looked up. Pure but for
chance.
"""

import secrets
import string
from hashlib import sha256
from typing import Final
from zlib import crc32

LIVE: Final = "ll_live_"
TEST: Final = "ll_test_"
RANDOM: Final = 30
"""Characters of chance: 178 bits, so that nobody guesses one and SHA-256 without salt is enough to keep it."""
CHECK: Final = 6
_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase


def make_key(*, test: bool) -> str:
    """A new key, to be shown once."""
    head = (TEST if test else LIVE) + "".join(secrets.choice(_DIGITS) for _ in range(RANDOM))
    return head + _check(head)


def looks_like_key(text: str) -> bool:
    """Whether it is meant as a key, and no token of somebody else's."""
    return text.startswith((LIVE, TEST))


def is_key(text: str) -> bool:
    """Whether it has the form of a key and its checksum: a slip costs no look-up."""
    head, check = text[:-CHECK], text[-CHECK:]
    if not looks_like_key(text) or len(head) != len(LIVE) + RANDOM:
        return False
    return all(sign in _DIGITS for sign in head[len(LIVE) :]) and check == _check(head)


def digest(key: str) -> str:
    """What is kept of it: SHA-256 in hex."""
    return sha256(key.encode()).hexdigest()


def name_of(kept: str) -> str:
    """How people call the key of this digest: in lists, in limits, where it is revoked."""
    return f"key-{kept[:12]}"


def _check(head: str) -> str:
    number, found = crc32(head.encode()), ""
    for _ in range(CHECK):
        number, digit = divmod(number, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found
