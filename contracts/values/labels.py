"""What a label says once all is gone that the scanner, and not the device's maker, put around the serial.

Rule: ``docs/domain.md`` section 2: a symbology identifier and FNC1 at the ends go, a GS1 element string gives its
serial, and an installation may name one pattern of its own. A text that merely looks like an element string stays as
it is: the scanner must have marked it as one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from contracts.values.element_strings import PRODUCT, SEPARATOR, bracketed_elements_of, elements_of, serial_of

PATTERN_LONGEST: Final = 500
"""Characters of an installation's own pattern."""
PATTERN_MEMORY: Final = 1 << 20
"""Bytes that it may take: what it may say is bounded by this, what it costs is linear in the label."""
_SYMBOLOGY: Final = re.compile(r"\]([A-Za-z][0-9])")
_NAMES_A_PRODUCT: Final = re.compile(r"01[0-9]{14}")
"""So an element string begins. One that is marked as one and cannot be read is no plain label either."""
_CARRIES_ELEMENTS: Final = frozenset(["C1", "c1", "D2", "d2", "Q3", "q3", "J1", "j1", "e0", "e1", "e2"])
"""GS1-128, DataMatrix, QR, DotCode, DataBar, Composite; a keyboard's caps lock turns letters round. ``E0`` is none: it
is an EAN, thirteen digits.
"""


class _Found(Protocol):
    def __getitem__(self, group: int) -> str | None: ...


class _Pattern(Protocol):
    groups: int

    def search(self, text: str) -> _Found | None: ...


@dataclass(slots=True)
class _Installation:
    """What all readers of labels in this process have in common, as they have the number of lanes."""

    pattern: _Pattern | None = None


_HERE: Final = _Installation()


def serial_on(text: str, *, fnc1: bool) -> str | None:
    """The serial of a label whose blanks are gone; None if the label says that it has none, or more than one.

    ``fnc1``: there was a separator at an end. That alone makes no element string of a plain label, or ``2100`` had
    two serials; one that names its product and its serial is meant as one.
    """
    while True:
        found = _within(text, fnc1=fnc1)
        if found is None or found == text:
            return found
        text = found


def nothing_around(text: str) -> bool:
    """Whether a label without blanks and control characters is the serial and nothing else, at one look."""
    return text[:1] not in ("]", "(") and _HERE.pattern is None


def _within(text: str, *, fnc1: bool) -> str | None:
    symbology = _SYMBOLOGY.match(text)
    if symbology is not None:
        rest = text[symbology.end() :].strip(SEPARATOR)
        elements = elements_of(rest) if symbology[1] in _CARRIES_ELEMENTS else ()
        if elements or (symbology[1] in _CARRIES_ELEMENTS and _NAMES_A_PRODUCT.match(rest)):
            return serial_of(elements)
        return rest
    elements = bracketed_elements_of(text)
    if elements or text.startswith("(01)"):
        return serial_of(elements)
    if SEPARATOR in text:
        return serial_of(elements_of(text))
    if fnc1:
        elements = elements_of(text)
        if elements and elements[0][0] == PRODUCT and serial_of(elements) is not None:
            return serial_of(elements)
    return _by_own_pattern(text)


def _by_own_pattern(text: str) -> str:
    found = None if _HERE.pattern is None else _HERE.pattern.search(text)
    return text if found is None else found[1] or ""


def find_serials_by(pattern: str) -> None:
    """From now on this process finds serials by an installation's own pattern, too; an empty one: by none.

    To be called before the first label is read, in every process with the same pattern: whom a message is about is
    computed from its label. ``pattern`` is a regular expression of RE2, which needs no more than linear time, with one
    group, the serial; capitals make no difference to it. Raises ValueError with a sentence for any other.
    """
    _HERE.pattern = _compiled(pattern) if pattern else None


@contextmanager
def serials_found_by(pattern: str) -> Iterator[None]:
    """The same for a while."""
    before = _HERE.pattern
    find_serials_by(pattern)
    try:
        yield
    finally:
        _HERE.pattern = before


def _compiled(pattern: str) -> _Pattern:
    import re2  # noqa: PLC0415  only where a pattern is set

    if len(pattern) > PATTERN_LONGEST:
        raise ValueError(f"it has {len(pattern)} characters, at most {PATTERN_LONGEST}")
    options = re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = False, False, PATTERN_MEMORY
    try:
        compiled: _Pattern = re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        raise ValueError(f"it is no regular expression of RE2 ({_text(error)})") from None
    if compiled.groups != 1:
        raise ValueError(f"it has {compiled.groups} groups; mark the serial with one, as in S/N:([^;]+)")
    if compiled.search("") is not None:
        raise ValueError("it finds a serial in an empty label; let it name what stands around the serial")
    return compiled


def _text(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
