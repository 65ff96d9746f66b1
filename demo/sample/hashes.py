"""Stable hashes: what the real data lacks is drawn by these, so that every run and every machine gives the same.

A draw depends on the names given to it and on nothing else: one order more changes no other order's draw.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def number(*names: object) -> int:
    """64 bits that stand for the names (any objects with a stable ``str``)."""
    text = "\x1f".join(str(name) for name in names)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def below(limit: int, *names: object) -> int:
    """A whole number from 0 to ``limit - 1``. ``limit`` is at least 1."""
    return number(*names) % limit


def chance(per_mille: int, *names: object) -> bool:
    """True for about so many of a thousand names."""
    return below(1000, *names) < per_mille


def choice(options: Sequence[T], *names: object) -> T:
    """One of the options, of which there is at least one."""
    return options[below(len(options), *names)]


def drawn(names: Iterable[str], count: int, salt: str) -> tuple[str, ...]:
    """Exactly ``count`` of the names (all, if there are fewer), in the order of their hashes."""
    return tuple(sorted(names, key=lambda name: (number(salt, name), name))[:count])


class Lots:
    """Names of which each is drawn at most once, for whatever it is drawn: nobody gets two parts in the plan."""

    def __init__(self, names: Iterable[str]) -> None:
        self._left = set(names)

    @property
    def left(self) -> frozenset[str]:
        """Those that nobody has drawn yet."""
        return frozenset(self._left)

    def draw(self, among: Iterable[str], count: int, salt: str) -> tuple[str, ...]:
        """Exactly ``count`` of those that are left (all, if there are fewer)."""
        found = drawn([name for name in among if name in self._left], count, salt)
        self._left.difference_update(found)
        return found
