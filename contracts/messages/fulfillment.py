"""What is asked of fulfillment, and what fulfillment says."""

from typing import Annotated, ClassVar

from contracts.messages.answers import Refused, Repeated, Waiting
from contracts.messages.subscription import State, SubscriptionFact
from contracts.values.model import Model
from contracts.values.personal import PERSONAL
from contracts.values.refusals import Code
from contracts.values.words import CivilDate, ClockTime, Identifier, Instant, NameIfAny, Sku, Whole
from contracts.wire.message import Answer, Fact, Internal, Kind, Request


class ItemFulfillmentRequested(Request):
    """A scanner assigns devices to units of an item, named by its id or by its SKU. At most 500 serials."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.requests"

    order_id: Identifier
    item_id: Identifier | None = None
    sku: Sku | None = None
    serials: tuple[str, ...]
    start_date: CivilDate | None = None
    carrier: NameIfAny = None
    tracking_number: Annotated[NameIfAny, PERSONAL] = None


class SubscriptionCreated(SubscriptionFact):
    """A device was assigned to a unit. Published once to each lane that is home to a payer it ever had."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "subscriptions.events"


class ItemCounts(Model):
    """The units of one item: taken ones have a subscription, cancelled ones were given up, the rest is open."""

    item_id: str
    units: Whole
    taken: Whole
    cancelled: Whole


class SubscriptionRow(Model):
    """A subscription in one line."""

    subscription_id: str
    item_id: str
    serial: str
    state: State


class OrderProgressed(Fact):
    """What changed in an order's ledger: the items' counts and the subscriptions; one for each order and batch."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"

    order_id: str
    items: tuple[ItemCounts, ...]
    subscriptions: tuple[SubscriptionRow, ...]


class SerialRefused(Model):
    """A serial that was not accepted: why, what to do with the box, and which order holds the device."""

    serial: str
    code: Code
    what_to_do: str
    holder_order_id: str | None = None
    detail: str = ""


class ItemFulfillmentRefused(Answer):
    """The serials of one scan that were not accepted, together. The others are answered by ``SubscriptionCreated``.

    ``scanned_before_cancellation``: the device's time lies before the cancellation that it lost against.
    """

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"

    order_id: str
    serials: tuple[SerialRefused, ...]
    accepted: Whole = 0
    clock_suspect: bool = False
    scanned_before_cancellation: bool = False


class ItemFulfillmentParked(Answer):
    """The scan waits: for its order, for the release of a hold, or for a confirmation. A notice, no answer.

    ``refused`` are serials that cannot be right whatever comes; the one answer, at the end, names them again.
    """

    kind: ClassVar[Kind] = Kind.NOTICE
    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"

    order_id: str
    serials: tuple[str, ...]
    waits_for: str
    what_to_do: str
    refused: tuple[SerialRefused, ...] = ()


class ParkedDue(Internal):
    """The next page of a lane's parked scans whose time has run out."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("lane", "lane:"),)

    lane: Whole
    as_of: ClockTime
    waited: Whole
    after: str


class ContractsDue(Internal):
    """The next page of a lane's contracts whose ``ends_before`` has come by the civil date ``by``."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("lane", "lane:"),)

    lane: Whole
    by: CivilDate
    after: str


class SentOn(Internal):
    """A request that named only a serial, sent on by the serial's home to the order that holds the device.

    ``body`` is the request's own ``data`` as JSON text; its identity, time and first place in the log go with it, so
    that it is answered as if it had come to the order at once.
    """

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.internal"

    order_id: str
    request: str
    body: Annotated[str, PERSONAL]
    request_source: str
    request_id: str
    time: Instant
    clock_suspect: bool
    first_topic: str
    incarnation: Whole
    partition: Whole
    offset: Whole
    timestamp: Whole


class RequestRefused(Refused):
    """Fulfillment refused a request as a whole."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"


class RequestRepeated(Repeated):
    """Fulfillment was asked this before."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"


class RequestParked(Waiting):
    """Fulfillment keeps a request until what it is about is there."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"
