"""The documents of a batch in memory: what was loaded, what the decisions so far made of it, what is to be saved."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from contracts.values.immutable import Immutable
from services.engine.core.differing import differing, with_paths
from services.engine.core.document import Document, Stored, fields_and_values, read_from, stored_fields, stored_form
from services.engine.core.following import Follower, Projection, by_kind, tally_id
from services.engine.core.memory import PROCESSED, LongMemory, Processed, parted, processed_id
from services.engine.core.message import Message
from services.engine.core.service import Change, Collection, Decision, Key, LaneClock, NotLoaded, Page, Ref, Want

D = TypeVar("D", bound=Document)


Lacking = tuple[tuple[Key, ...], tuple[tuple[str, Page[Any]], ...]]
"""What is to be loaded, as the store names it: documents, and pages with their collections."""


class Write(Immutable):
    """One document to be saved. ``fields``: all of a new one, of another what changed (``differing.py``): top-level
    fields, and by a path (``lines.3``) the elements of a list that kept the others; None: the document is gone.
    ``gone`` are the fields that are no longer there. ``add`` is how much more, or less, there is in some fields of a
    document that nobody loaded: it is made if it is not there.
    """

    collection: str
    id: str
    fields: Stored | None
    gone: tuple[str, ...] = ()
    new: bool = False
    add: Mapping[str, int] | None = None

    def onto(self, stored: Stored) -> Stored:
        """What is stored after it, where ``stored`` was before; only for a document that is not gone."""
        assert self.fields is not None
        added = {name: stored.get(name, 0) + by for name, by in (self.add or {}).items()}
        kept = {name: value for name, value in stored.items() if name not in self.gone}
        return with_paths(kept | added, self.fields)


class BatchUnitOfWork:
    """That of one batch. Documents are parsed when first asked for, and turned back only if they changed."""

    def __init__(
        self,
        lanes: int,
        collections: Iterable[Collection],
        clocks: Mapping[int, LaneClock],
        followers: Sequence[Follower] = (),
    ) -> None:
        self._lanes = lanes
        self._names: dict[type[Any], str] = {c.kind: c.name for c in collections}
        self._kinds = {c.name: c.kind for c in collections}
        self._long = tuple(name for name, kind in self._kinds.items() if issubclass(kind, LongMemory))
        self._clocks = dict(clocks)
        self._stored: dict[Key, Stored | None] = {}
        self._was: dict[Key, Document | None] = {}
        self._now: dict[Key, Document | None] = {}
        self._changed: dict[Key, int] = {}
        self._followers = {self._names[kind]: each for kind, each in by_kind(followers).items()}
        self._pages: dict[Page[Any], tuple[str, ...]] = {}

    @property
    def lanes(self) -> int:
        """Number of lanes of the installation."""
        return self._lanes

    def clock(self, lane: int) -> LaneClock:
        """The lane's clock; raises KeyError for a lane that is not in the batch."""
        return self._clocks[lane]

    def clocks(self) -> Mapping[int, LaneClock]:
        """The clocks as the decisions so far left them."""
        return self._clocks

    def get(self, kind: type[D], id: str) -> D | None:  # noqa: A002  the document's id
        """The document as the decisions so far left it."""
        key = (self._names[kind], id)
        if key in self._now:
            return cast("D | None", self._now[key])
        if key not in self._stored:
            raise NotLoaded((cast("type[Document]", kind), id))
        document = self._now[key] = self._before(key, kind)
        return document

    def _before(self, key: Key, kind: type[D]) -> D | None:
        if key not in self._was:
            stored = self._stored[key]
            self._was[key] = None if stored is None else read_from(stored, kind)
        return cast("D | None", self._was[key])

    def page(self, page: Page[D]) -> tuple[tuple[str, D], ...]:
        """The page's documents that still match, as the decisions so far left them."""
        if page not in self._pages:
            raise NotLoaded(page)
        found = []
        name = self._names[page.kind]
        for id_ in self._pages[page]:
            document = self.get(page.kind, id_)
            if document is not None and ((name, id_) not in self._changed or matches(page, id_, stored_form(document))):
                found.append((id_, document))
        return tuple(found)

    def lacks(self, wants: Iterable[Want]) -> Lacking:
        """Which of these are not loaded yet, as the store names them: each once, in order."""
        keys: dict[Key, None] = {}
        pages: dict[Page[Any], str] = {}
        for want in wants:
            if isinstance(want, Page):
                if want not in self._pages:
                    pages[want] = self._names[want.kind]
            else:
                key = (self._names[want[0]], want[1])
                if key not in self._stored:
                    keys[key] = None
        return tuple(keys), tuple([(name, page) for page, name in pages.items()])

    def ask(self, wants: Iterable[Want]) -> None:
        """Raises ``NotLoaded`` for those that are not loaded yet, if any."""
        wants = tuple(wants)
        keys, pages = self.lacks(wants)
        if keys or pages:
            raise NotLoaded(*wants)

    def put_loaded(self, keys: Sequence[Key], found: Mapping[Key, Stored]) -> None:
        """Notes what was loaded: each of ``keys`` is now known to be there or not."""
        for key in keys:
            self._stored.setdefault(key, found.get(key))

    def loaded(self, key: Key) -> Stored | None:
        """The document as it was loaded; None: there was none, or nobody asked for it."""
        return self._stored.get(key)

    def put_page(self, page: Page[Any], found: Sequence[tuple[str, Stored]]) -> None:
        """Notes what a page holds."""
        name = self._names[page.kind]
        for id_, stored in found:
            self._stored.setdefault((name, id_), stored)
        self._pages[page] = tuple(id_ for id_, _ in found)

    def apply(self, decision: Decision, lane: int) -> None:
        """Makes a decision's changes the present state."""
        keys = [(self._names[change.kind], change.id) for change in decision.changes]
        for key, change in zip(keys, decision.changes, strict=True):
            if key not in self._stored:
                raise NotLoaded((change.kind, change.id))
        for key, change in zip(keys, decision.changes, strict=True):
            self._now[key] = change.document
            self._changed[key] = lane
        if decision.clock is not None:
            self._clocks[lane] = decision.clock

    def change(self, key: Key) -> Change:
        """A document that a decision changed, as it is now."""
        return Change(self._kinds[key[0]], key[1], self._now[key])

    def changed(self) -> tuple[Change, ...]:
        """Every document that the decisions so far changed, as it is now, in the order of its first change."""
        return tuple(map(self.change, self._changed))

    def recalled(self, message: Message) -> Iterable[Ref]:
        """Where it stands what became of this message, if it was decided before and that has left its document."""
        for name in self._long:
            stored = self._stored.get((name, message.subject))
            if stored is not None and "moved" in stored:
                yield Processed, processed_id(message.subject, message.identity())

    def writes(self) -> tuple[Write, ...]:
        """What is to be saved; a document that became what it was is not among it."""
        found = []
        for key in self._changed:
            document = self._now[key]
            if isinstance(document, LongMemory):
                document, moved = parted(document)
                found += [
                    Write(PROCESSED, processed_id(key[1], each.who), stored_form(each), new=True) for each in moved
                ]
            write = self._write(key, document)
            if write is not None:
                found.append(write)
        return (*found, *self._following()) if self._followers else tuple(found)

    def _following(self) -> Iterable[Write]:
        """What is written of rows and tallies that follow from the documents that changed."""
        added: dict[Key, dict[str, int]] = {}
        for key, lane in self._changed.items():
            for follower in self._followers.get(key[0], ()):
                now, was = self._now[key], self._before(key, follower.of)
                if was is now:
                    continue
                name = self._names[follower.kind]
                if isinstance(follower, Projection):
                    yield from _of_row(name, follower, was, now)
                    continue
                tally = added.setdefault((name, tally_id(lane)), {})
                for field, by in follower.moves(was, now).items():
                    tally[field] = tally.get(field, 0) + by
        for (name, id_), moves in added.items():
            moved = {field: by for field, by in moves.items() if by}
            if moved:
                yield Write(name, id_, {}, add=moved)

    def _write(self, key: Key, document: Document | None) -> Write | None:
        was = self._stored[key] if document is None else self._before(key, type(document))
        if was is None:
            return None if document is None else Write(*key, stored_form(document), new=True)
        if document is None:
            return Write(*key, None)
        # Fields that a decision did not touch are the very objects that were read: most compare by identity.
        changed: list[str] = []
        parts: dict[str, Any] = {}
        names, values_of = fields_and_values(type(document))
        for name, value, old in zip(names, values_of(document), values_of(was), strict=True):
            if value is old or value == old:
                continue
            paths = differing(name, old, value)
            if paths is None:
                changed.append(name)
            else:
                parts.update(paths)
        if not changed and not parts:
            return None
        fields = stored_fields(document, changed)
        return Write(*key, {**fields, **parts}, tuple([name for name in changed if name not in fields]))


def _of_row(name: str, projection: Projection, was: Document | None, now: Document | None) -> Iterable[Write]:
    if now is None:
        if was is not None:
            yield Write(name, projection.id_of(was), None)
        return
    if was is None:
        yield Write(name, projection.id_of(now), projection.row(now), new=True)
        return
    fields, gone = projection.changes(was, now)
    if fields or gone:
        yield Write(name, projection.id_of(now), fields, gone)


def matches(page: Page[Any], id_: str, stored: Stored) -> bool:
    """Whether a stored document belongs to a page, its limit apart."""
    return (
        id_ > page.after
        and (not page.below or id_ < page.below)
        and all(stored.get(name) == value for name, value in page.equal)
        and all(name in stored and stored[name] <= value for name, value in page.at_most)
    )
