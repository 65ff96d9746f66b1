"""Text as it is taken in at the door: what a terminal, a page or a reader's eye must never meet is dropped.

Rule: ``docs/domain.md`` section 1, "Text rules". Facts carry text as it was taken in and are not judged again.
"""

import unicodedata
from typing import Final

_LINE_ENDS: Final = frozenset("\r\n")
_CONTROLS: Final = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
_DIRECTIONS: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Embeddings, overrides and isolates: they turn what stands around them. The marks U+200E and U+200F do not, and
Arabic and Hebrew names need them.
"""
_SEPARATORS: Final = frozenset("\u2028\u2029")
_OF_ONE_LINE: Final = dict.fromkeys(map(ord, _CONTROLS | _DIRECTIONS | _SEPARATORS))
_OF_LINES: Final = dict.fromkeys(map(ord, (_CONTROLS - _LINE_ENDS) | _DIRECTIONS))

INVISIBLE: Final = frozenset(
    [
        "\u034f",  # combining grapheme joiner
        "\u115f",  # Hangul fillers: letters by category, nothing by sight
        "\u1160",
        "\u3164",
        "\uffa0",
        "\u17b4",  # Khmer vowels that are never shown
        "\u17b5",
        "\u2800",  # the Braille pattern without a dot
        "\u2065",  # places that Unicode keeps for what is never shown
        *map(chr, range(0xFFF0, 0xFFF9)),
        *map(chr, range(0xE0000, 0xE1000)),
        *map(chr, range(0x180B, 0x1810)),  # variation selectors
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xFDD0, 0xFDF0)),  # no characters at all
        *(chr(plane << 16 | place) for plane in range(17) for place in (0xFFFE, 0xFFFF)),
    ]
)
"""Nothing to be seen, though their category does not tell."""
_UNSEEN: Final = frozenset(["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"])


def without_controls(value: str) -> str:
    """A text of one line without control characters, line ends, bidirectional overrides and isolates."""
    return value if value.isascii() and value.isprintable() else value.translate(_OF_ONE_LINE)


def tidy(value: str) -> str:
    """A name as it came, without what ``without_controls`` drops, in normal form C, without blanks around it."""
    if value.isascii() and value.isprintable():
        return value.strip()
    return unicodedata.normalize("NFC", value.translate(_OF_ONE_LINE)).strip()


def tidy_lines(value: str) -> str:
    """Free text likewise; its line ends stay."""
    return unicodedata.normalize("NFC", value.translate(_OF_LINES)).strip()


def is_blank(value: str) -> bool:
    """Whether there is nothing to be seen in it: blanks, characters of no width, fillers."""
    if value.isascii() and value.isprintable():
        return not value.strip()
    return all(c in INVISIBLE or unicodedata.category(c) in _UNSEEN for c in value)
