"""The unit ledger of one order: its items, which units are taken, and what its subscriptions have in common.

It opens with the first state of the order that has no hold, or that is cancelled. From then on only fulfillment's own
decisions change its items, cancel it, or change who is billed (``arbiter.py``): of a later fact of orders count the
confirmation and the contact data. Always: units = open + taken + cancelled.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import ClassVar, Literal, Self

from contracts.messages.order import Item, Order
from contracts.messages.subscription import CancellationReason, Condition, PayerFrom, PriceStretch, State
from contracts.values.refusals import Code
from services.engine.core.contract import as_contract, as_document
from services.engine.core.document import Document, replace
from services.engine.core.memory import LongMemory
from services.engine.core.service import UnitOfWork
from services.fulfillment.documents.party import Address, Customer, Group
from services.fulfillment.documents.request import Parked

Awaited = Literal["order", "release", "confirmation"]
"""What the scans of an order wait for."""
REASON_KEPT = 500
"""Characters of a reason that a history keeps; the fact has all of them."""
TERMS_KEPT = 200
"""Terms that new contact data of an order adds to; far more than anybody changes them between two scans. Subscriptions
made later keep those before: a ledger has a bound.
"""
_CONTACT = ("first_name", "last_name", "email", "phone")


class Line(Document):
    """One item: its units and its catalog snapshot. ``unit_price``: minor units a month, 0 only for a free variant."""

    item_id: str
    sku: str
    product_name: str
    variant_name: str
    months: int
    unit_price: int
    catalog_version: int = 0
    quoted_price: int | None = None
    free: bool = False
    units: int
    taken: int = 0
    cancelled: int = 0

    @property
    def open(self) -> int:
        """Units that are neither taken nor cancelled."""
        return self.units - self.taken - self.cancelled


class Terms(Document):
    """What the subscriptions of an order have in common, kept once: for whom, who pays, on which terms."""

    customer: Customer
    billing_address: Address
    group: Group | None = None
    group_source: Literal["order", "customer"] | None = None
    payer: str
    term: str | None = None
    currency: str
    test: bool

    @classmethod
    def from_contract(cls, order: Order) -> Self:
        """As an order's facts have them."""
        return as_document(order, cls)


class Stretch(Document):
    """What each of ``months`` contract months costs, in minor units; 0 is free."""

    months: int
    amount: int

    def to_contract(self) -> PriceStretch:
        """As the subscription's facts carry it."""
        return as_contract(self, PriceStretch)


class PaidBy(Document):
    """An entry of the payers' timeline; ``from_date`` absent: from the beginning."""

    payer: str
    from_date: date | None = None

    def to_contract(self) -> PayerFrom:
        """As the subscription's facts carry it."""
        return as_contract(self, PayerFrom)


class Row(Document):
    """One thing that happened to a subscription: ``kind`` names its fact. By the clock: nobody is the actor.

    A change of payer happens to all subscriptions of an order at once: who did it and why stands in the ledger's
    ``moves``, at the place ``move``, from 0. With a long reason in each row of 2,000 units, four changes filled a
    document.
    """

    kind: str
    actor: str | None = None
    reason: str | None = None
    at: datetime
    move: int | None = None


def row_of(kind: str, actor: str | None, reason: str | None, at: datetime) -> Row:
    """A row of who did it and why, a long reason cut."""
    return Row(kind=kind, actor=actor, reason=None if reason is None else reason[:REASON_KEPT], at=at)


class Entry(Document):
    """One subscription, as far as it differs from its order's others. Its running number is its place, from 1.

    ``terms`` is the place, from 0, of what it has in common with others. ``who`` is the identity of the request that
    made it. ``raw_serial`` is absent when the label reads like the serial itself.

    ``months`` and ``prices`` are there once it was extended, ``payers`` (and the last one's ``group``) once its order
    got another payer: until then they follow from its item and its terms. ``cancelled_on`` is the last day of one that
    was cancelled, or will be. ``replaced`` are the serials of the devices that it had before.
    ``history`` has its newest rows, ``past`` documents have the older ones (``history.py``).
    """

    item_id: str
    serial: str
    raw_serial: str | None = None
    state: State = "active"
    terms: int = 0
    start_date: date
    carrier: str | None = None
    tracking_number: str | None = None
    created_at: datetime
    suspect: bool = False
    who: bytes
    months: int | None = None
    prices: tuple[Stretch, ...] | None = None
    payers: tuple[PaidBy, ...] | None = None
    group: Group | None = None
    cancelled_on: date | None = None
    cancellation_reason: CancellationReason | None = None
    returned_at: datetime | None = None
    condition: Condition | None = None
    replaced: tuple[str, ...] | None = None
    history: tuple[Row, ...] | None = None
    past: int = 0


class EntryPage(Document):
    """Some subscriptions of an order, in the order of their numbers; ``first`` is the number of the first of them."""

    order_id: str
    first: int
    entries: tuple[Entry, ...]


class LastChange(Document):
    """The last change that orders proposed, and what came of it: accepted, or refused with a code."""

    number: int
    refused: Code | None = None
    item_ids: tuple[str, ...] = ()


class Ledger(LongMemory):
    """All that fulfillment knows of one order.

    ``version`` counts our own facts about it, ``order_version`` is that of the newest fact that we took, 0 before the
    first. ``lane`` and ``due`` (ms of the waiting clock) are there while something expires: the earliest of
    ``parked``, or the memory of an order id that no order came for. ``unsaid`` are the numbers of the subscriptions
    that changed in this batch and that the order's progress has not told yet; it is empty when stored.

    ``home`` (its lane) and ``ends`` (the ordinal of a day) are there while a contract is active: on that day the first
    of them has ended. ``sent_on`` stands for the requests that serials' homes sent on to here. ``moves`` are the
    changes of payer that subscriptions went through.

    ``entries`` are the order's first subscriptions; ``paged`` counts those behind them, which are kept on pages
    (``book.py``). ``page_ends`` has for each page what ``ends`` has for all, 0 where no contract of it is active.
    """

    version: int = 0
    order_version: int = 0
    opened: bool = False
    placed_at: datetime | None = None
    confirmed_at: datetime | None = None
    cancelled_at: datetime | None = None
    confirmation_required: bool = False
    lines: tuple[Line, ...] = ()
    terms: tuple[Terms, ...] = ()
    entries: tuple[Entry, ...] = ()
    parked: tuple[Parked, ...] = ()
    lane: int | None = None
    due: int | None = None
    unsaid: tuple[int, ...] = ()
    change: LastChange | None = None
    home: int | None = None
    ends: int | None = None
    paged: int = 0
    page_ends: tuple[int, ...] = ()
    sent_on: tuple[bytes, ...] | None = None
    moves: tuple[Row, ...] | None = None
    stays: ClassVar[frozenset[str]] = frozenset({"ItemFulfillmentParked"})
    """What was kept of a scan that waits, before it was ``waiting`` as everywhere."""

    @property
    def count(self) -> int:
        """How many subscriptions it has, the reversed ones included: the number of the last."""
        return len(self.entries) + self.paged

    def stands(self) -> bool:
        """Whether there is a subscription that counts: one that was not reversed."""
        return any(line.taken for line in self.lines)

    def awaits(self) -> Awaited | None:
        """What a scan of this order waits for; None: it is decided at once."""
        if self.order_version == 0:
            return "order"
        if self.cancelled_at is not None:
            return None
        if not self.opened:
            return "release"
        if self.confirmation_required and self.confirmed_at is None:
            return "confirmation"
        return None

    def may_still_create(self, number: int) -> bool:
        """Whether a scan may still create the subscription with this number; none does in a cancelled order."""
        return number > self.count and self.cancelled_at is None


def find_ledger(work: UnitOfWork, order_id: str) -> Ledger:
    """The order's ledger; an empty one if nothing is known of the order."""
    return work.get(Ledger, order_id) or Ledger()


def apply_fact(ledger: Ledger, order: Order, version: int, newest_terms_used: Callable[[], bool]) -> Ledger:
    """The ledger with the order's state under this version, which must be higher than the last one taken."""
    after = replace(
        ledger,
        order_version=version,
        placed_at=order.placed_at,
        confirmed_at=order.confirmed_at,
        confirmation_required=order.confirmation_required,
        terms=_terms(ledger, order, newest_terms_used),
    )
    if ledger.opened:
        return after
    if order.cancelled_at is not None:
        cancelled = tuple(line_of(item, cancelled=item.quantity) for item in order.items)
        return replace(after, cancelled_at=order.cancelled_at, opened=True, lines=cancelled)
    if is_held(order):
        return after
    return replace(after, opened=True, lines=tuple(line_of(item, cancelled=item.cancelled) for item in order.items))


def is_held(order: Order) -> bool:
    """Whether the order waits: for a decision about a price, or for a price."""
    return bool(order.holds) or any(item.unit_price is None for item in order.items)


def line_of(item: Item, *, cancelled: int = 0) -> Line:
    """An item as the ledger keeps it, none of its units taken."""
    return Line(
        item_id=item.item_id,
        sku=item.sku,
        product_name=item.product_name,
        variant_name=item.variant_name,
        months=item.months,
        unit_price=item.unit_price or 0,  # no price: only in an order cancelled while held, which has no open unit
        catalog_version=item.catalog_version,
        quoted_price=item.quoted_price,
        free=item.free,
        units=item.quantity,
        cancelled=cancelled,
    )


def _terms(ledger: Ledger, order: Order, newest_terms_used: Callable[[], bool]) -> tuple[Terms, ...]:
    """The terms with the newest ones last. What subscriptions were made on is never touched."""
    if not ledger.opened:
        return (Terms.from_contract(order),)
    if len(ledger.terms) >= TERMS_KEPT:
        return ledger.terms
    last = ledger.terms[-1]
    contact = {name: getattr(order.customer, name) for name in _CONTACT}
    return with_terms(ledger, replace(last, customer=replace(last.customer, **contact)), newest_terms_used)


def with_terms(ledger: Ledger, newest: Terms, newest_used: Callable[[], bool]) -> tuple[Terms, ...]:
    """The ledger's terms with these as the newest. What subscriptions were made on is never touched."""
    if newest == ledger.terms[-1]:
        return ledger.terms
    return (*ledger.terms, newest) if newest_used() else (*ledger.terms[:-1], newest)
