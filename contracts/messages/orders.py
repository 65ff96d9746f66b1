"""What is asked of orders, and what orders says."""

from typing import Annotated, ClassVar, Literal

from contracts.messages.answers import Refused, Repeated, Waiting
from contracts.messages.customers import Customer, Group, Note
from contracts.messages.order import Order, Status
from contracts.values.model import Model
from contracts.values.money import Currency, Money
from contracts.values.personal import ACTOR, PERSONAL
from contracts.values.places import Address
from contracts.values.words import (
    Identifier,
    Instant,
    LongText,
    LongTextIfAny,
    Months,
    Name,
    Quantity,
    Sku,
    Term,
    Whole,
)
from contracts.wire.message import Fact, Internal, Request


class ItemSubmitted(Model):
    """One line as it is ordered. ``item_id`` absent: the position from 1. ``quoted_price`` is what the shop showed."""

    item_id: Identifier | None = None
    sku: Sku
    months: Months
    quantity: Quantity
    quoted_price: Money | None = None


class _OrderRequest(Request):
    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.requests"


class OrderSubmitted(_OrderRequest):
    """An order is to be placed, as a whole or not at all.

    ``group`` and ``term`` are a business customer's only. ``shipping_address`` absent: same as billing.
    ``confirmed``: the order was reviewed before it was sent.
    """

    order_id: Identifier
    customer: Customer
    group: Group | None = None
    term: Term | None = None
    billing_address: Address
    shipping_address: Address | None = None
    items: tuple[ItemSubmitted, ...]
    currency: Currency
    channel: Literal["shop", "phone", "api"] = "shop"
    test: bool = False
    confirmed: bool = False
    notes: tuple[Note, ...] = ()


class OrderConfirmationRequested(_OrderRequest):
    """The order was reviewed and is ready for fulfilment."""

    order_id: Identifier
    actor: Annotated[Name, ACTOR]


class NoteSubmitted(_OrderRequest):
    """A note about an order or, without an order id, about a customer."""

    about: ClassVar[tuple[tuple[str, str], ...]] = (("order_id", ""), ("customer_id", "customer:"))

    order_id: Identifier | None = None
    customer_id: Identifier | None = None
    text: Annotated[LongText, PERSONAL]
    author: Annotated[Name, PERSONAL]


class CustomerGroupChangeRequested(_OrderRequest):
    """Sets (or, without a group, removes) a business customer's default group, for orders placed from then on."""

    about: ClassVar[tuple[tuple[str, str], ...]] = (("customer_id", "customer:"),)

    customer_id: Identifier
    group: Group | None = None
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongTextIfAny, PERSONAL] = None


class _OrderFact(Fact):
    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"

    order: Order

    def subjects(self) -> tuple[str, ...]:
        """The order."""
        return (self.order.order_id,)


class OrderPlaced(_OrderFact):
    """The order was accepted. ``clock_suspect`` in its flags: the record's time counts, not the sender's."""

    about: ClassVar[tuple[tuple[str, str], ...]] = ()


class OrderConfirmed(_OrderFact):
    """The order was reviewed; on a partial or fulfilled order only the time is new."""

    about: ClassVar[tuple[tuple[str, str], ...]] = ()
    actor: Annotated[str | None, ACTOR] = None


class HoldReleased(_OrderFact):
    """A hold is gone (``released``); the order may still have others.

    By a person: ``price`` tells at which price, ``actor`` and ``reason`` who and why.
    """

    about: ClassVar[tuple[tuple[str, str], ...]] = ()
    released: Literal["price_missing", "price_mismatch"]
    price: Literal["quoted", "catalog"] | None = None
    actor: Annotated[str | None, ACTOR] = None
    reason: Annotated[str | None, PERSONAL] = None


class OrderStatusChanged(Fact):
    """The derived status is another one now. For watchers: carries counts, not the order."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"

    order_id: str
    status: Status
    units: Whole
    taken: Whole
    cancelled: Whole
    active: Whole
    ended: Whole


class NoteAdded(Fact):
    """One new note about an order or a customer."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("order_id", ""), ("customer_id", "customer:"))

    order_id: str | None = None
    customer_id: str | None = None
    number: Whole
    text: Annotated[str, PERSONAL]
    author: Annotated[str, PERSONAL]
    written_at: Instant


class CustomerGroupChanged(Fact):
    """The customer's default group as it stands now."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("customer_id", "customer:"),)

    customer_id: str
    group: Group | None = None


class PriceAwaited(Internal):
    """An order waits for the price of a variant; to the SKU's home, which answers at once or keeps it in mind."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("sku", "sku:"),)

    sku: str
    order_id: str
    months: Whole
    currency: str


class PriceFound(Internal):
    """Wakes an order that waits for a price; the order reads the catalog again."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.internal"

    order_id: str
    sku: str


class PricesDue(Internal):
    """The next page of the orders that wait for a variant whose price has come."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("sku", "sku:"),)

    sku: str
    after: str


class VariantAwaited(Internal):
    """A submission waits for a variant that the catalog does not have; to the SKU's home, which answers at once if it
    has it, or keeps the order in mind.
    """

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("sku", "sku:"),)

    sku: str
    order_id: str


class VariantsDue(Internal):
    """The next page of the orders that wait for a variant which has come."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("sku", "sku:"),)

    sku: str
    after: str


class SubmissionDue(Internal):
    """Wakes the submissions of an order that wait: a variant has come, or they have waited long enough."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.internal"

    order_id: str


class RequestRefused(Refused):
    """Orders refused a request."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"


class RequestRepeated(Repeated):
    """Orders was asked this before."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"


class RequestParked(Waiting):
    """Orders keeps a request until what it is about is there."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"
