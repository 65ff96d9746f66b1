"""Text of somebody else's on a terminal: every sign is shown as it is, and what none could see is spelled out."""

import unicodedata
from typing import Final

from contracts.values.text import INVISIBLE

_SPELLED: Final = frozenset(["Cc", "Cf", "Cs", "Cn", "Zl", "Zp"])
_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_JOINERS: Final = frozenset("\u200c\u200d\u200e\u200f\ufe0e\ufe0f")
"""Persian, Hindi, Hebrew and the emoji need them; between other signs they hide something."""


def visible(text: str) -> str:
    r"""The text on one line, with what moves a cursor, turns a line around or shows nothing as ``\x1b``, ``\u202e``.

    Brackets, backslashes and colons mean nothing here and stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(sign, text[place - 1 : place]) for place, sign in enumerate(text))


def visible_lines(text: str) -> str:
    """The same for a text of ours that has several lines."""
    return "\n".join(map(visible, text.split("\n")))


def is_hidden(sign: str) -> bool:
    """Whether nobody sees this sign itself, wherever it stands."""
    return sign in INVISIBLE or unicodedata.category(sign) in _SPELLED


def _shown(sign: str, before: str) -> str:
    if not is_hidden(sign) or (sign in _JOINERS and before and not before.isascii()):
        return sign
    return _SHORT.get(sign) or _spelled(ord(sign))


def _spelled(point: int) -> str:
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
