"""What of the effects of a story's records belongs to the story.

A scan of 500 serials has 500 effects, of which the story of one serial tells one; a price that came wakes every order
that waited for it. What is said about another one of the same kind is somebody else's story.
"""

from collections.abc import Collection, Iterable
from typing import Final

from contracts.values.immutable import Immutable
from contracts.values.serials import normalised
from services.watch.rules.entries import KINDS, NAMED, REQUEST, entry, names_of
from services.watch.telling.told import Told

INVOICE: Final = "invoice:"


class Wanted(Immutable):
    """Whom a story is about: ``kind`` is one of ``KINDS`` or ``request``, ``name`` as a person gave it, tidied."""

    kind: str
    name: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words by which its rows are found."""
        if self.kind == "request":
            return f"{REQUEST}{self.name}", f"{NAMED}{self.name}"
        return (f"{self.kind}:{self.name}",)

    def is_in(self, told: Told) -> bool:
        """Whether the record itself is about it: a look-up by hashes may find others."""
        if self.kind == "request":
            named = f"{told.source}/{told.id}" == self.name or self.name in names_of(told)
            return named or self.words[0] in told.keys
        return f"{self.kind}:{self.name}" in told.keys


def candidates(text: str) -> tuple[Wanted, ...]:
    """All that a person may mean by this: what it says before a colon, or else whatever is called so."""
    text = text.strip()
    kind, colon, name = text.partition(":")
    if colon and kind in (*KINDS, "request") and name:
        return (_tidied(kind, name),)
    kinds = ("payer", "request") if colon and kind in ("group", "customer") else (*KINDS, "request")
    found = [_tidied(kind, text) for kind in kinds if kind != "payer" or colon]
    return tuple(each for each in dict.fromkeys(found) if each.name)


def _tidied(kind: str, name: str) -> Wanted:
    return Wanted(kind, (normalised(name) or name) if kind == "serial" else name)


def belongs(effect: Told, wanted: Wanted) -> bool:
    """Whether an effect of a record of the story is part of it: it is about this one, or about none of its kind."""
    if wanted.kind == "request":
        return True
    of_its_kind = [key for key in effect.keys if key.startswith(f"{wanted.kind}:")]
    return not of_its_kind or f"{wanted.kind}:{wanted.name}" in of_its_kind


def invoices_in(rows: Iterable[Told]) -> Collection[str]:
    """The invoices in which it stands: their heads are said beside their lines, and name no order."""
    return dict.fromkeys(key for told in rows for key in told.keys if key.startswith(INVOICE))


def entries_for(wanted: Iterable[Wanted]) -> list[int]:
    """The numbers by which any of them is found."""
    return sorted({entry(word) for each in wanted for word in each.words})
