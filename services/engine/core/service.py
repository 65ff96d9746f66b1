"""What a service must supply, and the words in which it answers: data in, data out, no clock, no I/O."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from msgspec import field

from contracts.messages.answers import Refused
from contracts.values.immutable import Immutable
from contracts.wire.message import Body
from services.engine.core.document import Document
from services.engine.core.following import Follower
from services.engine.core.message import Cause, Message

D = TypeVar("D", bound=Document)
Ref = tuple[type[Document], str]
"""A document as services name it: (kind, id)."""
Key = tuple[str, str]
"""The same as the store names it: (collection, id)."""


class LaneClock(Immutable):
    """A lane's two times: ``as_of``, the civil time by which contracts end (UTC; None before the first tick), and
    ``waited``, the waiting clock in milliseconds, which stands still while nobody runs.
    """

    as_of: datetime | None = None
    waited: int = 0


class Page(Immutable, Generic[D]):
    """Up to ``limit`` documents of a kind, by id, beyond ``after`` and, if it is given, below ``below``: those
    whose ``equal`` fields are equal and whose ``at_most`` fields are there and not above. Both name top-level fields of
    the stored document.

    Documents that a decision of the same batch inserted are not in it; changed ones are seen as changed.
    """

    kind: type[D]
    equal: tuple[tuple[str, str | int | bool], ...] = ()
    at_most: tuple[tuple[str, int], ...] = ()
    after: str = ""
    limit: int = 200
    below: str = ""


Want = Ref | Page[Any]
"""What a decision will ask for: a document, or a page of them."""


class UnitOfWork(Protocol):
    """What lies before a decision: the documents as the decisions before it in the batch left them."""

    @property
    def lanes(self) -> int:
        """Number of lanes of the installation."""

    def clock(self, lane: int) -> LaneClock:
        """The lane's clock. Only the message's own lane may be asked for."""

    def get(self, kind: type[D], id: str) -> D | None:  # noqa: A002  the document's id
        """The document of this kind; None if there is none. Raises ``NotLoaded`` if nobody asked for it: the engine
        then loads it and decides the message again.
        """

    def page(self, page: Page[D]) -> tuple[tuple[str, D], ...]:
        """The documents of a page with their ids."""

    def ask(self, wants: Iterable["Want"]) -> None:
        """Raises ``NotLoaded`` for all of these at once that nobody asked for yet: a decision that is about to get many
        documents, and could not name them before, is made again once and not once for each.
        """


class NotLoaded(Exception):
    """A decision asked for what was not loaded; the engine loads it and asks again. Never a service's concern."""

    def __init__(self, *wants: "Want") -> None:
        super().__init__(", ".join(map(str, wants)))
        self.wants = wants


class Change(Immutable):
    """A document as it is from now on; ``document`` absent: it is gone."""

    kind: type[Document]
    id: str
    document: Document | None


class Emit(Immutable):
    """Something to be said. ``cause`` absent: the message that is being decided.

    Where it goes and its id follow from the body: a fact's id is its chain and version, an answer's is made from
    the address of the request that it answers, an internal message's from the message that led to it.
    """

    body: Body
    cause: Cause | None = None


class Decision(Immutable):
    """What a message does: documents to change, things to say, in order. Nothing: the message changed nothing."""

    changes: tuple[Change, ...] = ()
    emits: tuple[Emit, ...] = ()
    clock: LaneClock | None = None
    """The lane's clock from now on, if the message moves it."""


NOTHING = Decision()


class HomeField(Immutable):
    """A top-level field that holds the home of a subject. ``subject`` says of which one, with the document's fields in
    braces: ``{_id}``, ``sku:{sku}``.
    """

    name: str
    subject: str = "{_id}"


class Collection(Immutable):
    """Where documents of one kind are kept. ``indexes``: top-level fields, each tuple one index (beside the id's).

    ``homes`` are its fields that name a lane: they follow when the number of lanes grows. ``over_lanes`` is a list
    field: while it holds anything, work over all lanes is under way that counts them, and their number must not change.
    """

    name: str
    kind: type[Document]
    indexes: tuple[tuple[str, ...], ...] = ()
    homes: tuple[HomeField, ...] = ()
    over_lanes: str | None = None


class Service(Immutable):
    """Everything that the engine needs to know of a service.

    ``decide`` is pure: the same message and documents give the same decision, always. ``prefetch`` names documents and
    pages that a message will ask for, ``prefetch_related`` those that follow from the documents found: both only save
    round trips. ``weight`` is what a message may cost, in units of work; a batch is cut at a bound of them.
    ``on_batch_end`` is asked at the end of a batch, once for each document of the kinds ``batch_end_kinds`` that the
    batch changed, with the last message that changed it: what is said once a document and batch (a total, a progress)
    is said there.
    ``refused`` is how it refuses a request that names nobody whom it is about; None for a service that hears none.
    ``tick``, if there is one, makes the message that each owned lane is sent once a minute.
    ``followers`` are rows and tallies that follow from documents; their kinds stand in ``collections``, too.
    """

    name: str
    reads: tuple[type[Body], ...]
    collections: tuple[Collection, ...]
    prefetch: Callable[[Message], Iterable[Want]]
    decide: Callable[[Message, UnitOfWork], Decision]
    prefetch_related: Callable[[Message, UnitOfWork], Iterable[Want]] = field(default=lambda _message, _work: ())
    on_batch_end: Callable[[Message, Change, UnitOfWork], Decision] = field(
        default=lambda _message, _change, _work: NOTHING
    )
    batch_end_kinds: tuple[type[Document], ...] = ()
    weight: Callable[[Message], int] = field(default=lambda _message: 1)
    tick: Callable[[int, datetime], Body] | None = None
    refused: type[Refused] | None = None
    followers: tuple[Follower, ...] = ()

    def known(self) -> Mapping[str, type[Body]]:
        """The types that it handles, by name."""
        return {body.type_name(): body for body in self.reads}

    def topics(self) -> tuple[str, ...]:
        """The topics that it reads, its own internal one included."""
        names = {body.topic for body in self.reads} | {f"{self.name}.internal"}
        return tuple(sorted(names))
