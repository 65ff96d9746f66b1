"""The word that was probably meant: a sentence about a mistake helps more if it names it."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_LIKENESS: Final = 0.8
"""Below it, two words only look alike to a machine."""
_LONGEST: Final = 64
"""Characters that are compared: a mistyped word is no longer, and comparing costs their square."""


def nearest(found: str, words: Iterable[str]) -> str | None:
    """The one of ``words`` that ``found`` is a slip of; letter case, ``_`` and ``-`` do not count. None: none is."""
    plain = {_plain(word): word for word in words}
    near = get_close_matches(_plain(found), plain, n=1, cutoff=_LIKENESS)
    return plain[near[0]] if near else None


def nearest_type(found: str, names: Iterable[str]) -> str | None:
    """The message type that a mistyped one is a slip of: by its own name, whatever service and version stand by it."""
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(_own_name(name), name)
    near = nearest(_own_name(found), by_name)
    return None if near is None else by_name[near]


def _own_name(type_: str) -> str:
    """``OrderSubmitted`` of ``leaseline.orders.OrderSubmitted.v1``."""
    return max(type_.split("."), key=len) if type_.count(".") < 2 else type_.split(".")[2]


def _plain(word: str) -> str:
    return word[:_LONGEST].casefold().replace("_", "").replace("-", "")
