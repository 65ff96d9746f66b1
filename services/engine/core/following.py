"""What follows from a document and from nothing else: a row by which it is found, a tally in which it counts.

It is written in the transaction that writes the document, so whoever reads it sees what was decided. Nobody loads it
for that: what becomes of it follows from the document as it was and as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contracts.values.immutable import Immutable
from services.engine.core.document import Document, Stored


class Part(Immutable):
    """Some fields of a row, in their stored form, and the document's fields that they follow from. One that is not
    there is left out.
    """

    follows_from: tuple[str, ...]
    fields: Callable[[Any], Stored]


class Projection(Immutable):
    """Beside each document of the kind ``of`` stands one of the kind ``kind``, its row: the fields of all ``parts``.

    ``id_of`` gives the row's id, which never changes while the document is there. Everything is a pure function of the
    document: what was projected by an older version stays as it is until its part changes.
    """

    of: type[Document]
    kind: type[Document]
    id_of: Callable[[Any], str]
    parts: tuple[Part, ...]

    def row(self, document: Document) -> Stored:
        """The whole row, without its id."""
        found: dict[str, Any] = {}
        for part in self.parts:
            found.update(part.fields(document))
        return found

    def changes(self, was: Document, now: Document) -> tuple[Stored, tuple[str, ...]]:
        """The row's fields that are other ones once the document is, and the names of those that are gone."""
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for part in self.parts:
            if any(_differ(was, now, name) for name in part.follows_from):
                before.update(part.fields(was))
                after.update(part.fields(now))
        fields = {name: value for name, value in after.items() if name not in before or before[name] != value}
        return fields, tuple([name for name in before if name not in after])


class Tally(Immutable):
    """Documents of the kind ``of`` are counted, in one document of the kind ``kind`` for each lane: that lane alone
    writes it. ``counts_as`` names the field in which a document counts, None: in none; it follows from the document's
    fields ``follows_from``.
    """

    of: type[Document]
    kind: type[Document]
    follows_from: tuple[str, ...]
    counts_as: Callable[[Any], str | None]

    def moves(self, was: Document | None, now: Document | None) -> Mapping[str, int]:
        """What is added to each field."""
        if was is not None and now is not None and not any(_differ(was, now, name) for name in self.follows_from):
            return {}
        old = None if was is None else self.counts_as(was)
        new = None if now is None else self.counts_as(now)
        if old == new:
            return {}
        return {name: by for name, by in ((old, -1), (new, 1)) if name is not None}


Follower = Projection | Tally


def by_kind(followers: Sequence[Follower]) -> Mapping[type[Document], Sequence[Follower]]:
    """What follows from each kind of document."""
    found: dict[type[Document], list[Follower]] = {}
    for each in followers:
        found.setdefault(each.of, []).append(each)
    return found


def tally_id(lane: int) -> str:
    """The document of a lane's tally."""
    return str(lane)


def _differ(was: Document, now: Document, name: str) -> bool:
    """What a decision did not touch is the very object that was read: most compare by identity."""
    old, new = getattr(was, name), getattr(now, name)
    return old is not new and bool(old != new)
