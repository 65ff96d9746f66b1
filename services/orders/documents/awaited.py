"""What is kept of an order that is not there (yet): requests that wait for it, and refusals to be recognised again.

A document of its own, gone when the order arrives or its time is over: orders themselves need no index by time.
"""

from datetime import datetime
from typing import Final, TypeVar

from contracts.messages.changes import (
    HoldRejectionRequested,
    HoldReleaseRequested,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.messages.orders import NoteSubmitted, OrderConfirmationRequested, OrderSubmitted
from contracts.values.judging import read_again
from contracts.wire.message import Request
from services.engine.core.document import Document, replace
from services.engine.core.memory import Memory, record_processed
from services.engine.core.message import Message, Origin
from services.orders.settings import Settings

R = TypeVar("R", bound=Request)
ModelOf = type[R]
PARKED_TYPES: dict[str, type[Request]] = {
    model.type_name(): model
    for model in (
        OrderSubmitted,
        OrderConfirmationRequested,
        NoteSubmitted,
        OrderAmendmentRequested,
        OrderCancellationRequested,
        ShortCloseRequested,
        PayerChangeRequested,
        HoldReleaseRequested,
        HoldRejectionRequested,
    )
}

MOST_SUBMISSIONS: Final = 4
"""Submissions of one order id, each with other content, that wait for the catalog: each may be as large as a record."""


class Parked(Document):
    """A request that waits, as it was read; ``due`` is the waiting clock (ms) at which it has waited long enough."""

    type: str
    body: str
    source: str
    id: str
    time: datetime
    clock_suspect: bool
    topic: str
    incarnation: int
    partition: int
    offset: int
    timestamp: int
    due: int
    ignored: tuple[str, ...] = ()
    trace: str = ""

    @classmethod
    def of(cls, message: Message, due: int) -> "Parked":
        """The request as it came; it must have a body."""
        assert message.body is not None
        origin = message.origin
        return cls(
            type=message.model.type_name(),
            body=message.body.model_dump_json(exclude_none=True),
            source=message.source,
            id=message.id,
            time=message.time,
            clock_suspect=message.clock_suspect,
            topic=origin.topic,
            incarnation=origin.incarnation,
            partition=origin.partition,
            offset=origin.offset,
            timestamp=origin.timestamp,
            due=due,
            ignored=message.ignored,
            trace=message.trace,
        )

    @property
    def is_submission(self) -> bool:
        """Whether it is the order itself, which waits for the catalog."""
        return self.type == OrderSubmitted.type_name()

    def message(self, lane: int) -> Message[Request]:
        """The request again, to be decided as if it came now; its answer goes to its own address."""
        return self.message_of(PARKED_TYPES[self.type], lane)

    def message_of(self, model: ModelOf[R], lane: int) -> Message[R]:
        """The same, of the type that it is known to be."""
        body = read_again(model, self.body)
        origin = Origin(self.topic, self.incarnation, self.partition, self.offset, self.timestamp)
        return Message(
            model=model,
            body=body,
            refusals=(),
            data=None,
            source=self.source,
            id=self.id,
            time=self.time,
            recorded=origin.recorded,
            clock_suspect=self.clock_suspect,
            subjects=body.subjects(),
            lane=lane,
            origin=origin,
            ignored=self.ignored,
            trace=self.trace,
        )


class AwaitedOrder(Memory):
    """All that is known of an order id without an order.

    ``parked`` are requests that wait for the order, and submissions of it that wait for the catalog, as they came.
    ``due`` is the waiting clock (ms) at which something in here is over: the first parked request, or
    (``forgotten_at``) the memory of what was refused. ``cancellation`` is remembered for ever: the order will be
    created cancelled.
    """

    lane: int
    due: int | None = None
    forgotten_at: int | None = None
    parked: tuple[Parked, ...] = ()
    cancellation: Parked | None = None

    @property
    def submissions(self) -> tuple[Parked, ...]:
        """Submissions of the order that wait for the catalog."""
        return tuple(parked for parked in self.parked if parked.is_submission)

    @property
    def requests(self) -> tuple[Parked, ...]:
        """Requests that wait for the order."""
        return tuple(parked for parked in self.parked if not parked.is_submission)

    def is_full_for(self, request: Parked, settings: Settings) -> bool:
        """Whether there is no room for one more request: the document must stay one that the store can hold."""
        size = len(request.body) + sum(len(parked.body) for parked in self.requests)
        return len(self.requests) >= settings.most_parked or size > settings.most_parked_characters

    def park(self, request: Parked) -> "AwaitedOrder":
        """One more request waits."""
        return _with_due(replace(self, parked=(*self.parked, request)))

    def keep_cancellation(self, request: Parked) -> "AwaitedOrder":
        """The order is to be created cancelled."""
        return _with_due(replace(self, cancellation=request))

    def remember_refused(self, message: Message, outcome: str, forgotten_at: int) -> "AwaitedOrder":
        """One more request without an effect; all of them are remembered until ``forgotten_at``."""
        heard = record_processed(self.heard, message, outcome)
        return _with_due(replace(self, heard=heard, forgotten_at=forgotten_at))

    def waiting_like(self, message: Message) -> Parked | None:
        """The request with this message's identity among those that wait."""
        waiting = self.parked if self.cancellation is None else (*self.parked, self.cancellation)
        return next((p for p in waiting if (p.source, p.id) == (message.source, message.id)), None)

    def without(self, parked: Parked) -> "AwaitedOrder":
        """What is left once this one is decided."""
        return _with_due(replace(self, parked=tuple(p for p in self.parked if p is not parked)))

    def overdue(self, waited: int) -> tuple[Parked, ...]:
        """The requests that have waited long enough."""
        return tuple(p for p in self.requests if p.due <= waited)

    def has_overdue_submission(self, waited: int) -> bool:
        """Whether a submission has waited long enough: it looks into the catalog once more."""
        return any(p.due <= waited for p in self.submissions)

    def without_overdue(self, waited: int) -> "AwaitedOrder | None":
        """What is left of it at this time, submissions as they are; None: nothing."""
        forgotten = self.forgotten_at is not None and self.forgotten_at <= waited
        left = replace(
            self,
            parked=tuple(p for p in self.parked if p.due > waited or p.is_submission),
            heard=() if forgotten else self.heard,
            forgotten_at=None if forgotten else self.forgotten_at,
        )
        return _with_due(left) if left.parked or left.heard or left.cancellation else None


def _with_due(awaited: AwaitedOrder) -> AwaitedOrder:
    ends = [p.due for p in awaited.parked]
    if awaited.forgotten_at is not None:
        ends.append(awaited.forgotten_at)
    return replace(awaited, due=min(ends, default=None))
