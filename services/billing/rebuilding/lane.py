"""One lane made anew. The topics of its partitions are given to it one after another, each in its order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.messages.billing import BillingAccountChanged
from contracts.messages.invoices import InvoiceIssued, InvoiceLinesIssued, LaneInvoicingDue
from contracts.wire.envelope import Opened, opened
from contracts.wire.message import Body
from services.billing.documents.account import Account
from services.billing.documents.invoice import InvoicePage, KeptInvoice, page_id
from services.billing.documents.payer import Payer
from services.billing.documents.run import LaneRun, Run, lane_run_id
from services.billing.rebuilding.events import Events
from services.billing.rebuilding.internal import Finished, Internal
from services.billing.rebuilding.issued import Issued
from services.billing.rebuilding.record import (
    FULFILLMENT,
    Said,
    Spot,
    dead_spot,
    id_in,
    named_in,
    origin_spot,
    said_in,
    spot_of,
)
from services.billing.rebuilding.requests import Requests
from services.billing.rebuilding.settings import SettingsSaid
from services.billing.rebuilding.shelf import Shelf
from services.billing.rebuilding.unfinished import Unfinished
from services.billing.rules.contract import to_contract
from services.billing.service import registry
from services.billing.settings import Defaults
from services.engine.core.checkpoint import Bookmark, Checkpoint
from services.engine.core.document import Document, replace
from services.engine.core.handler import Registry
from services.engine.core.inbox import DecidedRequests
from services.engine.core.lanes import home
from services.engine.core.marks import Mark
from services.engine.core.message import Message
from services.engine.core.outbox import to_records
from services.engine.core.reading import UNADDRESSED, Reader
from services.engine.core.record import Headers, Outgoing, Record, digest
from services.engine.core.service import Emit

EVENTS: Final = "billing.events"
INTERNAL: Final = "billing.internal"
REQUESTS: Final = "billing.requests"
SUBSCRIPTIONS: Final = "subscriptions.events"
LETTERS: Final = "billing.dead-letters"
READ: Final = (INTERNAL, REQUESTS, SUBSCRIPTIONS)
"""The topics in which a lane of billing has a position."""
TOPICS: Final = (EVENTS, LETTERS, *READ)
"""All that a lane is made from."""
Kept = tuple[type[Document], str, Document]
Hear = Callable[[Record], Kept | None]
_LINED: Final[Mapping[str, type[Body]]] = {each.type_name(): each for each in (InvoiceIssued, InvoiceLinesIssued)}
_INVOICED: Final = (b".InvoiceIssued.", b".InvoiceLinesIssued.")
_HEAD: Final = 200
"""Bytes of what we say in which its type stands."""


@dataclass(frozen=True, slots=True)
class _Here:
    """A record as one of this lane: before the installation grew it stood in another one's partition."""

    of: Record
    partition: int

    @property
    def topic(self) -> str:
        return self.of.topic

    @property
    def offset(self) -> int:
        return self.of.offset

    @property
    def timestamp(self) -> int:
        return self.of.timestamp

    @property
    def key(self) -> bytes | None:
        return self.of.key

    @property
    def value(self) -> bytes | None:
        return self.of.value

    @property
    def headers(self) -> Headers:
        return self.of.headers


@dataclass
class Lane:
    """``read_to`` are the offsets of the next records that the lane has to read. What is said beyond them because of
    records before them is not: a batch is committed once it is said.

    ``steps`` says in which order it hears what; ``end`` comes last. ``read_to`` may be further then: what is known to
    be decided is not asked again.
    """

    lane: int
    lanes: int
    defaults: Defaults
    finished: Finished
    read_to: dict[str, int]
    shelf: Shelf = field(init=False)
    events: Events = field(init=False)
    internal: Internal = field(init=False)
    requests: Requests = field(init=False)
    issued: Issued = field(init=False)
    contradictions: list[str] = field(default_factory=list)
    foreign: set[int] = field(default_factory=set)
    """Lanes whose partitions, before the installation grew, were this one's: it has records of theirs."""
    _reader: Reader = field(init=False)
    _registry: Registry = field(init=False)
    _dead: set[Spot] = field(default_factory=set)
    _forwarded: set[Spot] = field(default_factory=set)
    _inputs: set[Spot] = field(default_factory=set)
    _marks: dict[str, Mark] = field(default_factory=dict)
    _bookmarks: dict[str, Bookmark] = field(default_factory=dict)
    _incarnations: dict[str, int] = field(default_factory=dict)
    _waits_for: dict[str, list[SettingsSaid]] = field(default_factory=dict)
    _late: set[str] = field(default_factory=set)
    """Ids of what the lane had not read, as far as its position tells: something may have been said of it all the same.
    """
    _begun: bool = False
    _stands: set[str] = field(default_factory=set)
    """Topics with something undecided behind the position."""
    _committed: int = field(init=False)
    _behind: dict[str, int] = field(default_factory=dict)
    _touched: dict[str, Message] = field(default_factory=dict)
    """Accounts that something behind the committed positions changed: perhaps nobody said so yet."""

    def __post_init__(self) -> None:
        """Nothing is heard yet."""
        self._committed = self.read_to.get(SUBSCRIPTIONS, 0)
        self._registry = registry(self.defaults)
        known = {body.type_name(): body for body in self._registry.reads}
        self._reader = Reader("billing", known, self.lanes)
        self.shelf = Shelf(self.lanes)
        self.events = Events(self.defaults.term)
        self.internal = Internal(self.lane, self.finished, self.events.ended)
        self.requests = Requests(self.events, self.internal, self.lanes)
        self.issued = Issued(self.events, self.shelf)

    def steps(self) -> Sequence[tuple[str, Hear, int]]:
        """The topics in the order in which they are given to it, what hears their records, and from which offset on."""
        return (
            (SUBSCRIPTIONS, self.hear_late, self._committed),
            (EVENTS, self.hear_event, 0),
            (LETTERS, self.hear_letter, 0),
            (INTERNAL, self.hear_internal, 0),
            (INTERNAL, self.hear_forwarded, 0),
            (REQUESTS, self.hear_request, 0),
            (SUBSCRIPTIONS, self.hear_subscription, 0),
            (EVENTS, self.hear_lines, 0),
        )

    def hear_late(self, record: Record) -> None:
        """A fact behind the position: where billing said something because of it, the position is too low."""
        named = named_in(record)
        if named is not None and record.partition == self.lane:
            id_, subscription_id = named
            self._behind[id_] = record.offset
            self._behind.setdefault(subscription_id, record.offset)

    def hear_event(self, record: Record) -> None:
        """What billing said."""
        said = said_in(record)
        if said is None:
            return
        at_home = home(said.subject, self.lanes)
        if at_home == self.lane:
            self.events.hear(said)
            if self._behind:
                self._look_behind(said)
        elif record.partition == self.lane and not said.subject.startswith(UNADDRESSED):
            self.foreign.add(at_home)

    def hear_letter(self, record: Record) -> None:
        """What could not be read, decided or stored: it changed nothing."""
        spot = dead_spot(record)
        if spot is not None:
            self._dead.add(spot)

    def hear_internal(self, record: Record) -> None:
        """What billing said to itself, or forwarded to here."""
        taken = self._reads(record)
        origin = origin_spot(record)
        if origin is None:
            said = said_in(record)
            if said is not None and spot_of(record) not in self._dead and self._is_here(said):
                self.internal.hear(said, taken=taken)
                if not taken and self.events.last_page.get(said.subject) == said.id:
                    self._touch(said.subject, record)
            return
        spot, incarnation = origin
        self._forwarded.add(spot)
        if taken:
            topic, partition, offset = spot
            mark = Mark(incarnation=incarnation, offset=offset)
            id_ = f"{self.lane}/{topic}/{partition}"
            known = self._marks.get(id_)
            if known is None or (known.incarnation, known.offset) < (incarnation, offset):
                self._marks[id_] = mark
            if incarnation > self._incarnations.get(topic, 0):
                self._incarnations[topic] = incarnation

    def hear_forwarded(self, record: Record) -> None:
        """The same once more, when all that billing said to itself was heard: what was forwarded to here."""
        origin = origin_spot(record)
        decided = False
        if origin is not None:
            decided = origin[0] in self._inputs  # it may have been forwarded more than once
            if not decided and self._input(record, only_requests=not self._takes(record)):
                self._inputs.add(origin[0])
                decided = True
        if self._goes_on(record, decided=decided):
            self.hear_internal(record)

    def hear_request(self, record: Record) -> None:
        """What finance asks."""
        spot = spot_of(record)
        decided = spot in self._dead or spot in self.finished.forwarded or self._input(record)
        self._goes_on(record, decided=decided)
        self._reads(record)

    def hear_subscription(self, record: Record) -> None:
        """What subscriptions are."""
        self._begin()
        if not self._reads(record):
            return
        self._input(record)
        id_ = id_in(record) if self._waits_for else None
        for settings in self._waits_for.pop(id_ or "", ()):
            settings.before.discard(id_ or "")
            if not settings.before:
                self._set(settings)

    def hear_lines(self, record: Record) -> Kept | None:
        """An event once more: what is kept of an invoice, or a page of its lines. What was said twice is kept once."""
        if not any(name in (record.value or b"")[:_HEAD] for name in _INVOICED):
            return None
        envelope = opened(record.value, record.headers, _LINED)
        if not isinstance(envelope, Opened):
            return None
        match envelope.body:
            case InvoiceIssued() as fact:
                kept = self.issued.hear_invoice(fact)
                return KeptInvoice, kept.number, kept
            case InvoiceLinesIssued() as fact if self.issued.is_new(fact):
                page = self.issued.hear_lines(fact)
                return InvoicePage, page_id(page.number, page.page), page
        return None

    def end(self) -> Checkpoint:
        """The lane's checkpoint; its documents are on the shelf then. Raises ``Contradiction``."""
        self._begin()
        for each in self.events.settings.values():
            for settings in each:
                self._set(settings)
        self.issued.end()
        unfinished = Unfinished(self.events, self.internal, self.issued, self.shelf, self.defaults)
        outgoing = unfinished.end()
        for message, body in self.requests.unsaid():
            outgoing += tuple(to_records((Emit(body),), message, "billing", self.lanes, f"rebuilt{body.lane}."))
        for id_, mark in self._marks.items():
            self.shelf.put(Mark, id_, mark)
        for subject, memory in self.requests.remembered().items():
            self.shelf.put(DecidedRequests, subject, memory)
        for subject, run in self.requests.runs().items():
            self.shelf.put(Run, subject, run)
        for part, paging in self.internal.paging.items():
            if paging.begun:
                self.shelf.put(LaneRun, lane_run_id(*part), unfinished.part(part, paging))
        outgoing += self._end_accounts()
        return Checkpoint(
            self.lane,
            epoch=1,
            batch=1,
            offsets=dict(self.read_to),
            bookmarks=self._bookmarks,
            incarnations=self._incarnations,
            outgoing=outgoing,
            lanes=self.lanes,
        )

    def documents(self) -> Iterator[Kept]:
        """Everything but invoices that are done, and their pages."""
        return self.shelf.documents()

    def _look_behind(self, said: Said) -> None:
        """A commit may fail: what was said tells how far facts were read for certain."""
        source, cause = said.cause
        known = [cause] if source == FULFILLMENT else []
        if said.type == InvoiceLinesIssued.__name__:
            known = [line["subscription_id"] for line in said.data["lines"]]
        for name in known:
            at = self._behind.get(name, -1)
            self.read_to[SUBSCRIPTIONS] = max(self.read_to.get(SUBSCRIPTIONS, 0), at + 1)

    def _touch(self, payer_id: str, page: Record) -> None:
        """What a page issued is said, and the lane had not gone on: perhaps nobody said the accounts."""
        read, _, _ = self._reader.read(_Here(page, self.lane), 0)
        if isinstance(read, Message):
            accounts = (id_ for id_ in self.events.accounts if id_.startswith(f"{payer_id}/"))
            self._touched |= dict.fromkeys(accounts, read)

    def _is_here(self, said: Said) -> bool:
        return said.type == LaneInvoicingDue.__name__ or home(said.subject, self.lanes) == self.lane

    def _goes_on(self, record: Record, *, decided: bool) -> bool:
        """Moves the position behind a record that nothing undecided stands before: its answer is said, and nobody is to
        be told that it was repeated.
        """
        if self._takes(record) or record.topic in self._stands:
            return False
        if not decided:
            self._stands.add(record.topic)
            return False
        self.read_to[record.topic] = record.offset + 1
        return True

    def _takes(self, record: Record) -> bool:
        return record.offset < self.read_to.get(record.topic, 0) or record.partition != self.lane

    def _reads(self, record: Record) -> bool:
        """Whether the lane had read it; the last such record is the bookmark."""
        if not self._takes(record):
            self._late.add(id_in(record) or "")
            return False
        if record.partition == self.lane:
            self._bookmarks[record.topic] = Bookmark(record.offset, record.timestamp, digest(record))
        return True

    def _input(self, record: Record, *, only_requests: bool = False) -> bool:
        """Takes a request or a fact in; whether anything tells that it was decided."""
        read, origin, forwarded = self._reader.read(_Here(record, self.lane), 0)
        if not forwarded and record.partition != self.lane:
            origin = replace(origin, partition=record.partition)
        if not isinstance(read, Message) or (origin.topic, origin.partition, origin.offset) in self._dead:
            return False
        message = replace(read, origin=origin)
        if message.model.topic == REQUESTS:
            return self.requests.hear(message)
        if message.model.topic != SUBSCRIPTIONS or only_requests:
            return False
        try:
            decision = self._registry.decide(message, self.shelf)
        except ValueError as error:
            self.contradictions.append(f"{message.id} at {origin.address} cannot be taken in, nor is it dead: {error}")
            return False
        self.shelf.apply(decision.changes)
        if not forwarded and record.partition == self.lane and record.offset >= self._committed:
            self._touched |= {each.id: message for each in decision.changes if each.kind is Account}
        return True

    def _begin(self) -> None:
        """Settings before which no fact came are there from the beginning."""
        if self._begun:
            return
        self._begun = True
        for each in self.events.settings.values():
            for settings in each:
                for id_ in settings.before:
                    self._waits_for.setdefault(id_, []).append(settings)
                if not settings.before:
                    self._set(settings)

    def _set(self, settings: SettingsSaid) -> None:
        payer_id = settings.fact.payer
        for each in self.events.settings[payer_id]:
            if not each.done and each.version <= settings.version:
                each.done = True
                self.shelf.put(Payer, payer_id, each.onto(self.shelf.get(Payer, payer_id), self.lane))

    def _end_accounts(self) -> tuple[Outgoing, ...]:
        """Each is at the version that was said last; what it adds up to must be what was said then, unless that was
        said because of something that is to be read again. What was not said of late changes is to be said.
        """
        outgoing: list[Outgoing] = []
        for id_, account in tuple(self.shelf.all(Account).items()):
            said = self.events.accounts.get(id_)
            found = (account.active, account.monthly_total, account.outstanding, account.customers)
            version = 0 if said is None else said.version
            if (said is None or found != said.totals) and not (said is not None and said.cause[1] in self._late):
                if id_ in self._touched:
                    version += 1
                    outgoing.append(self._said_of(account, version, self._touched[id_]))
                elif said is None:
                    self.contradictions.append(f"account {id_} was never said")
                else:
                    told, made = (", ".join(map(str, totals)) for totals in (said.totals, found))
                    self.contradictions.append(
                        f"account {id_} was said with {told} (active, monthly, outstanding, customers), and is {made}"
                    )
            self.shelf.put(Account, id_, replace(account, version=version, unsaid=False))
        for id_, said in self.events.accounts.items():
            if self.shelf.get(Account, id_) is None and said.cause[1] not in self._late:
                self.contradictions.append(f"account {id_} was said, and no subscription makes it")
        return tuple(outgoing)

    def _said_of(self, account: Account, version: int, cause: Message) -> Outgoing:
        payer = self.shelf.get(Payer, account.payer)
        assert payer is not None, "an account comes into being with its payer"
        fact = BillingAccountChanged(version=version, account=to_contract(account, payer, self.defaults))
        (outgoing,) = to_records((Emit(fact),), cause, "billing", self.lanes, "end")
        return outgoing
