"""A GS1 element string: what the barcode of a trade item says, the serial and more.

Rule: ``docs/domain.md`` section 2. Which elements there are, how long and of which characters, a kept library knows
(``docs/decisions/0050``). It is loaded with the first such label: it takes 24 MB, and most installations have none.
"""

import re
from functools import lru_cache
from typing import Final

SEPARATOR: Final = "\x1d"
"""FNC1 as scanners send it: GS."""
SERIAL: Final = "21"
"""The application identifier of a serial."""
PRODUCT: Final = "01"
"""That of the product (GTIN), with which such a string begins as a rule."""
Elements = tuple[tuple[str, str], ...]
"""Application identifiers and their values, as they follow one another."""
_BRACKETED: Final = re.compile(r"\(([0-9]{2,4})\)")


@lru_cache(maxsize=4096)
def elements_of(text: str) -> Elements:
    """The elements, if the whole text is an element string; none if it is not.

    An element without a length of its own reaches to the next separator, or to the end. The library would cut one
    that is too long, and read its rest as another element: then two devices were one.
    """
    from biip import ParseConfig, ParseError  # noqa: PLC0415  it takes 24 MB
    from biip.gs1_messages import GS1Message  # noqa: PLC0415

    # A date that no calendar has is no reason to lose the serial; and whether it has it depends on today's century.
    config = ParseConfig(gs1_element_strings_verify_date=False)
    try:
        found = GS1Message.parse(text, config=config).element_strings
    except ParseError:
        return ()
    at = 0
    for element in found:
        at += len(element)
        if at < len(text) and element.ai.separator_required and text[at] != SEPARATOR:
            return ()
        while text.startswith(SEPARATOR, at):
            at += 1
    return tuple((element.ai.ai, element.value) for element in found)


def bracketed_elements_of(text: str) -> Elements:
    """The same from the form that is printed for people: ``(01)04012345678901(21)ARM-0007``."""
    if _BRACKETED.match(text) is None:
        return ()
    found = elements_of(_BRACKETED.sub(rf"{SEPARATOR}\1", text).removeprefix(SEPARATOR))
    return found if "".join(f"({name}){value}" for name, value in found) == text else ()


def serial_of(elements: Elements) -> str | None:
    """The one serial in it; None if there is none, or more than one."""
    serials = {value for name, value in elements if name == SERIAL}
    return serials.pop() if len(serials) == 1 else None
