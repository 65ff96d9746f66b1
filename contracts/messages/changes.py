"""What is asked to be changed about an order, and how orders and fulfillment agree on it.

Rules: ``docs/domain.md`` section 1, the table of statuses, and ``docs/architecture.md`` section 3, the arbitration.
"""

from typing import Annotated, ClassVar, Literal

from contracts.messages.customers import Group
from contracts.messages.order import BillingData, Item, Order
from contracts.messages.orders import ItemSubmitted
from contracts.values.model import Model
from contracts.values.money import Money
from contracts.values.personal import ACTOR, PERSONAL
from contracts.values.places import Address
from contracts.values.refusals import Code
from contracts.values.words import (
    Email,
    Identifier,
    Instant,
    LongText,
    LongTextIfAny,
    Name,
    Phone,
    Quantity,
    Sku,
    Term,
    Whole,
)
from contracts.wire.message import Answer, Fact, Proposal, Request

ChangeKind = Literal["amendment", "cancellation", "short_close", "payer"]


class _ChangeRequest(Request):
    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.requests"


class ContactChange(Model):
    """New contact data; what is absent stays as it is. What is to be emptied is named in ``clear``: a blank is refused,
    for it may mean either.
    """

    first_name: Annotated[Name | None, PERSONAL] = None
    last_name: Annotated[Name | None, PERSONAL] = None
    email: Annotated[Email | None, PERSONAL] = None
    phone: Annotated[Phone | None, PERSONAL] = None
    shipping_address: Address | None = None


class BillingChange(Model):
    """New billing data; what is absent stays as it is, and a blank is refused as in contact data."""

    type: Literal["individual", "business"] | None = None
    company_name: Annotated[Name | None, PERSONAL] = None
    registration_number: Annotated[Name | None, PERSONAL] = None
    vat_id: Annotated[Name | None, PERSONAL] = None
    billing_address: Address | None = None
    group: Group | None = None
    term: Term | None = None


class ItemChanged(Model):
    """One line that is to be another one; SKU and quantity stay if they are absent. A contract length never changes.

    With another SKU, or a quoted price that is not its own price, the line is priced by today's catalog, and a price
    that was quoted before no longer counts. Else it keeps its price, its names and what was agreed.
    """

    item_id: Identifier
    sku: Sku | None = None
    quantity: Quantity | None = None
    quoted_price: Money | None = None


class ItemsChange(Model):
    """Lines to add, to change and to remove. A line that is added without an id gets the next free position."""

    add: tuple[ItemSubmitted, ...] = ()
    change: tuple[ItemChanged, ...] = ()
    remove: tuple[Identifier, ...] = ()


Clearable = Literal[
    "phone",
    "shipping_address",
    "company_name",
    "registration_number",
    "vat_id",
    "group",
    "term",
    "first_name",
    "last_name",
]
"""Optional fields that an amendment may empty; one of the two names stays, unless there is a company."""


class OrderAmendmentRequested(_ChangeRequest):
    """Changes an order, as a whole or not at all.

    ``expected_version``: refused with ``version_conflict`` if items, billing or contact data changed after that
    version of the order. ``clear`` names optional fields that are to be emptied.
    """

    order_id: Identifier
    contact: ContactChange | None = None
    billing: BillingChange | None = None
    items: ItemsChange | None = None
    clear: tuple[Clearable, ...] = ()
    expected_version: Whole | None = None
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongTextIfAny, PERSONAL] = None


class OrderCancellationRequested(_ChangeRequest):
    """Cancels an order that has no subscription. Before the order arrives it is remembered for ever."""

    order_id: Identifier
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class ShortCloseRequested(_ChangeRequest):
    """Cancels the open units of an item or, without one, of the order; at least one unit has a subscription."""

    order_id: Identifier
    item_id: Identifier | None = None
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class PayerChangeRequested(_ChangeRequest):
    """Gives an order another payer: a billing group or, without one, the customer."""

    order_id: Identifier
    group: Group | None = None
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class HoldReleaseRequested(_ChangeRequest):
    """Releases ``price_mismatch`` at the quoted or the catalog's price; of one item, or of all that have this hold."""

    order_id: Identifier
    price: Literal["quoted", "catalog"]
    item_id: Identifier | None = None
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class HoldRejectionRequested(_ChangeRequest):
    """Rejects ``price_mismatch``: the order is cancelled, and what waits for it is refused."""

    order_id: Identifier
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class _ChangedOrder(Fact):
    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = ()

    order: Order
    actor: Annotated[str, ACTOR]
    reason: Annotated[str | None, PERSONAL] = None

    def subjects(self) -> tuple[str, ...]:
        """The order."""
        return (self.order.order_id,)


class OrderAmended(_ChangedOrder):
    """The order is another one: by an amendment, a short-close, a change of payer."""

    change: Literal["amendment", "short_close", "payer"]


class OrderCancelled(_ChangedOrder):
    """The order was cancelled before any subscription. ``rejected``: by rejecting its hold."""

    rejected: bool = False


class OrderChangeProposed(Proposal):
    """Asks fulfillment, which owns the ledger, whether an order may be changed so. Proposed again it has its number.

    ``items`` are the complete new items, ``billing`` the complete new billing data; a short-close leaves both as
    they are and names ``item_id`` if only one item is meant. ``requested_at`` is the request's message time.
    """

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"

    order_id: str
    number: Whole
    change: ChangeKind
    items: tuple[Item, ...]
    billing: BillingData
    item_id: str | None = None
    requested_at: Instant
    actor: Annotated[str, ACTOR]
    reason: Annotated[str | None, PERSONAL] = None


class OrderChangeAccepted(Fact):
    """The ledger is changed, for good; ``items`` (with their counts) and ``billing`` are what it holds now."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"

    order_id: str
    number: Whole
    change: ChangeKind
    items: tuple[Item, ...]
    billing: BillingData


class OrderChangeRefused(Answer):
    """The ledger stays as it is. ``item_ids`` are those that stand against it, at most 20."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"

    order_id: str
    number: Whole
    code: Code
    item_ids: tuple[str, ...] = ()
