"""What was probably meant by a name that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_LIKENESS: Final = 0.6
LOOKED_AT: Final = 20_000
"""So many names are compared at most: a slip is not worth minutes."""


def near(found: str, names: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """The names that are most like it, or that it is a part of, letter case apart; the likest first."""
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(name.casefold(), name)
        if len(plain) >= LOOKED_AT:
            break
    wanted = found.casefold()[:200]
    alike = get_close_matches(wanted, plain, n=most, cutoff=_LIKENESS)
    alike += [name for name in plain if wanted and wanted in name and name not in alike][: most - len(alike)]
    return tuple(plain[name] for name in alike)


def no_such(what: str, found: str, names: Iterable[str], else_do: str = "") -> str:
    """``There is no customer nope. Did you mean nopf?``, and what else to do."""
    return f"There is no {what} {found[:80]}.{meant(near(found, names))} {else_do}".rstrip()


def meant(alike: Iterable[str]) -> str:
    """The question behind a sentence; nothing if nothing is near."""
    names = " or ".join(alike)
    return f" Did you mean {names}?" if names else ""
