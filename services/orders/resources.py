"""What of orders is told over HTTP: orders with what lies before them, customers, the catalog."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from contracts.messages.catalog import PriceSnapshot
from contracts.messages.customers import CustomerSnapshot, Group
from contracts.messages.order import Order, Status
from contracts.messages.subscription import State
from services.orders.documents.awaited import AwaitedOrder, Parked
from services.orders.documents.change_line import ChangeLine, OpenChange
from services.orders.documents.history import Happened
from services.orders.documents.note import KeptNote
from services.orders.documents.variant import Variant
from services.orders.queries import FoundCustomer, FoundOrder
from services.orders.rules.contract import to_contract


class NoteResource(BaseModel):
    """A note."""

    number: int
    text: str
    author: str
    written_at: datetime


class WaitingRequest(BaseModel):
    """A request that waits."""

    request: str = Field(description="The name of its type, as in OrderAmendmentRequested.")
    source: str
    id: str
    time: datetime
    actor: str | None = None
    reason: str | None = None


class ChangeResource(WaitingRequest):
    """The change of an order that fulfillment is asked about."""

    number: int = Field(description="Counts the changes of this order that fulfillment was asked about.")


class HistoryRow(BaseModel):
    """Something that happened to the order."""

    kind: str = Field(description="The name of its fact, as in OrderAmended.")
    at: datetime
    actor: str | None = None
    reason: str | None = Field(default=None, description="Its first 500 characters.")
    how: str | None = Field(
        default=None, description="By which change, at which price of a hold, or that a hold was rejected."
    )


class SubscriptionState(BaseModel):
    """A subscription of the order; all of it is at `/subscriptions/<subscription_id>`."""

    subscription_id: str
    state: State
    serial: str | None = Field(default=None, description="Its device, as fulfillment told of it last.")


class OrderResource(Order):
    """An order as it stands: as its facts carry it, with its subscriptions, its notes and what lies before it."""

    version: int = Field(description="Counts the facts about the order; the header ETag has it, If-Match takes it.")
    source: str = Field(description="Who submitted it.")
    subscriptions: tuple[SubscriptionState, ...] = Field(
        description="With states and devices as fulfillment told of them last; `units` has what stands there now."
    )
    units: str = Field(
        default="",
        description="Where fulfillment tells each unit with its serial, its subscription and its parcel, page by page.",
    )
    notes: tuple[NoteResource, ...] = Field(
        description="The newest 20, the oldest first; `/orders/<id>/notes` has all."
    )
    notes_count: int
    history: tuple[HistoryRow, ...] = Field(description="Since it was placed; the newest 200, the oldest first.")
    changes_asked: int = Field(description="How often fulfillment was asked about a change of it.")
    open_change: ChangeResource | None = Field(default=None, description="The change that is not decided yet.")
    waiting: tuple[WaitingRequest, ...] = Field(default=(), description="Changes behind the open one, in their order.")


class CustomerOrder(BaseModel):
    """An order of a customer in one line."""

    order_id: str
    status: Status
    placed_at: datetime
    test: bool


class CustomerResource(BaseModel):
    """A customer: who they are by their newest order, their default group, their notes."""

    customer_id: str
    customer: CustomerSnapshot | None = Field(default=None, description="As the newest of these orders names them.")
    group: Group | None = Field(default=None, description="The billing group of orders placed from now on.")
    orders: tuple[CustomerOrder, ...] = Field(description="The first 100 by id.")
    orders_left_out: bool
    notes: tuple[NoteResource, ...] = Field(description="The newest 20, the oldest first.")
    notes_count: int
    version: int = Field(description="Counts the facts about the customer.")


class VariantResource(BaseModel):
    """A variant as the catalog has it."""

    sku: str
    product_name: str
    variant_name: str
    active: bool
    free: bool
    prices: tuple[PriceSnapshot, ...]
    since: datetime = Field(description="The message time from which it counts; an older submission is refused.")
    version: int


def order_of(found: FoundOrder, notes: Iterable[KeptNote], line: ChangeLine | None) -> OrderResource:
    """The resource of an order that was found."""
    order = found.order
    told = to_contract(order)
    serials = found.serials
    rows = (
        SubscriptionState(subscription_id=id_, state=state, serial=serials.get(id_))
        for id_, state in found.subscriptions.items()
    )
    return OrderResource.model_construct(
        **{name: getattr(told, name) for name in type(told).model_fields},
        version=order.version,
        source=found.source,
        subscriptions=tuple(rows),
        units=f"/orders/{order.order_id}/units",
        notes=tuple(map(note_of, notes)),
        notes_count=order.notes,
        history=tuple(map(_happened, order.history)),
        changes_asked=order.changes,
        open_change=None if line is None else _open(line.open),
        waiting=() if line is None else tuple(map(_waiting, line.waiting)),
    )


def _happened(row: Happened) -> HistoryRow:
    return HistoryRow(kind=row.kind, at=row.at, actor=row.actor, reason=row.reason, how=row.how)


def note_of(note: KeptNote) -> NoteResource:
    """The resource of a note."""
    return NoteResource(number=note.number, text=note.text, author=note.author, written_at=note.written_at)


def customer_of(customer_id: str, found: FoundCustomer, notes: Sequence[KeptNote]) -> CustomerResource:
    """The resource of a customer."""
    newest = max(found.orders, key=lambda order: order.placed_at, default=None)
    return CustomerResource(
        customer_id=customer_id,
        customer=None if newest is None else to_contract(newest).customer,
        group=None if found.record.group is None else found.record.group.to_contract(),
        orders=tuple(
            CustomerOrder(order_id=each.order_id, status=each.status, placed_at=each.placed_at, test=each.test)
            for each in found.orders
        ),
        orders_left_out=found.more,
        notes=tuple(map(note_of, notes)),
        notes_count=found.record.notes,
        version=found.record.version,
    )


def variant_of(sku: str, variant: Variant) -> VariantResource:
    """The resource of a variant."""
    fact = variant.to_fact(sku)
    return VariantResource(
        sku=sku,
        product_name=fact.product_name,
        variant_name=fact.variant_name,
        active=fact.active,
        free=fact.free,
        prices=fact.prices,
        since=variant.since,
        version=variant.version,
    )


class AwaitedResource(BaseModel):
    """An order id for which requests wait: it has no order yet."""

    order_id: str
    submissions: tuple[WaitingRequest, ...] = Field(default=(), description="They wait for the catalog.")
    requests: tuple[WaitingRequest, ...] = Field(default=(), description="They wait for the order.")


class ChangeLineResource(BaseModel):
    """The changes of an order that are not decided."""

    order_id: str
    open: ChangeResource
    waiting: tuple[WaitingRequest, ...] = ()


def awaited_of(order_id: str, awaited: AwaitedOrder) -> AwaitedResource:
    """What waits for an order id."""
    cancellation = () if awaited.cancellation is None else (awaited.cancellation,)
    return AwaitedResource(
        order_id=order_id,
        submissions=tuple(map(_waiting, awaited.submissions)),
        requests=tuple(map(_waiting, (*awaited.requests, *cancellation))),
    )


def change_line_of(order_id: str, line: ChangeLine) -> ChangeLineResource:
    """The open change of an order, and those behind it."""
    return ChangeLineResource(order_id=order_id, open=_open(line.open), waiting=tuple(map(_waiting, line.waiting)))


def why_waiting(awaited: AwaitedOrder) -> str | None:
    """Why there is no order though something is known of it, in a sentence; None: nothing waits."""
    if awaited.submissions:
        return "its submission waits for the catalog to have every SKU that it names"
    waiting = len(awaited.requests) + (awaited.cancellation is not None)
    return (
        f"{waiting} request{'s' if waiting > 1 else ''} about it wait{'' if waiting > 1 else 's'}" if waiting else None
    )


def _open(change: OpenChange) -> ChangeResource:
    return ChangeResource(**dict(_waiting(change.request)), number=change.number)


def _waiting(parked: Parked) -> WaitingRequest:
    body = parked.message(0).body
    return WaitingRequest(
        request=type(body).__name__,
        source=parked.source,
        id=parked.id,
        time=parked.time,
        actor=getattr(body, "actor", None),
        reason=getattr(body, "reason", None),
    )
