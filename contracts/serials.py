"""A serial number as it is compared, whatever a scanner, a keyboard or a spreadsheet made of the label.

Rule: ``domain.md`` section 2. Hyphens stay, and 0 and O are two characters: a device's maker means them.
"""

import unicodedata
from typing import Final

LONGEST: Final = 64
"""Characters of a normalised serial."""
RAW_LONGEST: Final = 256
"""Characters as scanned. No label is longer; what is kept and normalised stays bounded."""

_CONTROL_BLANKS: Final = frozenset("\t\n\v\f\r\x85")
_BLANKS: Final = ("Zs", "Zl", "Zp")
_INVISIBLE: Final = frozenset(
    [
        "\u034f",  # combining grapheme joiner
        "\u115f",  # Hangul fillers: letters by category, nothing by sight
        "\u1160",
        "\u3164",
        "\uffa0",
        "\u17b4",  # Khmer vowels that are never shown
        "\u17b5",
        "\u2800",  # the Braille pattern without a dot
        *map(chr, range(0x180B, 0x1810)),  # variation selectors, three blocks of them
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0100, 0xE01F0)),
    ]
)


def normalised(raw: str) -> str | None:
    """The serial by which a device is known: NFKC, upper case, blanks dropped, NFKC again; None if it is no serial.

    A serial has 1 to 64 printable characters and nothing invisible. A second pass changes nothing.
    """
    if len(raw) > RAW_LONGEST:
        return None
    if raw.isascii():
        serial = raw.upper().replace(" ", "") if raw.isprintable() else _without_blanks(raw.upper())
    else:
        serial = _without_blanks(unicodedata.normalize("NFKC", raw).upper())
        serial = unicodedata.normalize("NFKC", serial)
    if not 1 <= len(serial) <= LONGEST or not serial.isprintable():
        return None
    return serial if serial.isascii() or _INVISIBLE.isdisjoint(serial) else None


def _without_blanks(text: str) -> str:
    return "".join(c for c in text if c not in _CONTROL_BLANKS and unicodedata.category(c) not in _BLANKS)
