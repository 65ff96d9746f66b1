"""A serial number as it is compared, whatever a scanner, a keyboard or a spreadsheet made of the label.

Rule: ``docs/domain.md`` section 2. Hyphens stay, and 0 and O are two characters: a device's maker means them.
"""

import unicodedata
from typing import Final

from contracts.values.element_strings import SEPARATOR
from contracts.values.labels import nothing_around, serial_on

LONGEST: Final = 64
"""Characters of a normalised serial."""
RAW_LONGEST: Final = 256
"""Characters as scanned. No label is longer; what is kept and normalised stays bounded."""

_DASHES: Final = dict.fromkeys(
    map(
        ord,
        # of the category of dashes
        "\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d"
        "\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010d6e\U00010ead"
        # and of others: a modifier letter, the bullet, the swung dash, raised and lowered minus, the minus sign
        "\u02d7\u2043\u2053\u207b\u208b\u2212",
    ),
    "-",
)
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
    """The serial by which a device is known, whatever read its label; None if the label has none, or several.

    NFKC, every dash a hyphen, blanks dropped, what stands around the serial gone (``labels.py``), upper case, NFKC
    again. A serial has 1 to 64 printable characters and nothing invisible: a tab or a line end stands between two
    labels in one field, at an end it is the scanner's. A second pass changes nothing.
    """
    if len(raw) > RAW_LONGEST:
        return None
    if raw.isascii() and raw.isprintable():
        bare = raw.replace(" ", "").upper()
        if nothing_around(bare):  # as nearly all are
            return bare if 1 <= len(bare) <= LONGEST else None
    before: str | None = raw
    serial = _once(raw)
    while serial is not None and serial != before:  # what is gone may have hidden more; no pass but the first adds any
        serial, before = _once(serial), serial
    return serial


def _once(raw: str) -> str | None:
    text = raw if raw.isascii() else unicodedata.normalize("NFKC", raw).translate(_DASHES)
    bare = text.strip()
    begin = text.index(bare)
    fnc1 = SEPARATOR in text[:begin] or SEPARATOR in text[begin + len(bare) :]
    bare = "".join(c for c in bare if unicodedata.category(c) != "Zs")
    if not bare.replace(SEPARATOR, "").isprintable():
        return None
    serial = serial_on(bare, fnc1=fnc1)
    if serial is None:
        return None
    serial = unicodedata.normalize("NFKC", serial.upper())
    if not 1 <= len(serial) <= LONGEST or not serial.isprintable():
        return None
    return serial if _INVISIBLE.isdisjoint(serial) else None
