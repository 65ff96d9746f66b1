"""A request as it was sent, with all that is needed to decide and answer it later."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.life import SubscriptionRequest
from contracts.values.words import SUBSCRIPTION_PATTERN
from services.engine.core.document import Document
from services.engine.core.message import Cause, Message


class KeptRequest(Document):
    """Who sent it and when. ``who`` is the request's identity in the ledger's memory.

    ``time`` is the message time, ``recorded`` the broker's.
    """

    who: bytes
    source: str
    id: str
    address: str
    time: datetime
    recorded: datetime
    suspect: bool
    ignored: tuple[str, ...] = ()
    """Fields of it that nobody knew, to be named by its answer."""
    trace: str = ""
    """Its ``traceparent``: what is said about it in the end belongs to the same trace."""

    @property
    def cause(self) -> Cause:
        """The request, as the cause of what is said about it."""
        return Cause(self.source, self.id, self.address, self.ignored, self.trace)

    def believe(self, begun: datetime | None, behind: timedelta) -> tuple[datetime, bool]:
        """The time that counts and whether the sender's clock is suspect.

        ``begun`` is when that began which the request is about: its order was placed, its subscription created. A
        time more than ``behind`` before it is a clock that says 1970: the broker's counts then.
        """
        if begun is not None and self.time < begun - behind:
            return self.recorded, True
        return self.time, self.suspect


def _sender(message: Message) -> dict[str, Any]:
    """The fields of every request: who sent it and when."""
    return {
        "who": message.identity(),
        "source": message.source,
        "id": message.id,
        "address": message.origin.address,
        "time": message.time,
        "recorded": message.recorded,
        "suspect": message.clock_suspect,
        "ignored": message.ignored,
        "trace": message.trace,
    }


class Scan(KeptRequest):
    """A scan: which serials for which item."""

    item_id: str | None = None
    sku: str | None = None
    serials: tuple[str, ...]
    start_date: date | None = None
    carrier: str | None = None
    tracking_number: str | None = None

    @classmethod
    def from_message(cls, message: Message[ItemFulfillmentRequested]) -> Self:
        """The scan that a message asks for."""
        body = message.body
        return cls(
            **_sender(message),
            item_id=body.item_id,
            sku=body.sku,
            serials=body.serials,
            start_date=body.start_date,
            carrier=body.carrier,
            tracking_number=body.tracking_number,
        )


class LifeRequest(KeptRequest):
    """What is asked of a subscription. ``request`` names the type, ``body`` is its ``data`` as JSON text.

    ``number`` is the subscription's running number in its order; 0 where only a serial was named.
    """

    request: str
    body: str
    number: int = 0

    @classmethod
    def from_message(cls, message: Message[SubscriptionRequest]) -> Self:
        """What a message asks of a subscription."""
        body = message.body
        return cls(
            **_sender(message),
            request=type(body).type_name(),
            body=body.model_dump_json(exclude_none=True),
            number=0 if body.subscription_id is None else number_in(body.subscription_id),
        )


class Parked(Document):
    """A scan that waits, or what is asked of a subscription (stored as its ``wish``): one of the two.

    ``size`` in bytes; ``until`` in ms of the waiting clock, absent while its order is held.
    """

    scan: Scan | None = None
    wish: LifeRequest | None = None
    size: int
    until: int | None = None

    @classmethod
    def of(cls, request: Scan | LifeRequest, size: int, until: int | None) -> Self:
        """The request as one that waits."""
        if isinstance(request, Scan):
            return cls(scan=request, size=size, until=until)
        return cls(wish=request, size=size, until=until)

    @property
    def request(self) -> Scan | LifeRequest:
        """What waits."""
        found = self.scan or self.wish
        assert found is not None
        return found


def count_serials(request: Scan | LifeRequest) -> int:
    """How many serials a request counts for among those that may wait: one about a subscription counts for one."""
    return len(request.serials) if isinstance(request, Scan) else 1


def number_in(subscription_id: str) -> int:
    """The running number in a valid subscription id."""
    named = SUBSCRIPTION_PATTERN.match(subscription_id)
    assert named is not None
    return int(named[2])
