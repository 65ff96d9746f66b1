"""Notes about an order that nobody knows yet: 64 wait for it, the next one is refused."""

from datetime import timedelta
from typing import Final

from contracts.messages.orders import NoteAdded, NoteSubmitted, RequestRefused
from contracts.values.refusals import Code
from demo.sample.orders import SampleOrder
from demo.sample.outbound import Sending

SOURCE: Final = "/clerks/notes"
WAIT: Final = 64
"""Requests that wait for an order that is not known (``docs/domain.md`` section 6)."""


def sendings(order: SampleOrder) -> tuple[Sending, ...]:
    """65 notes about the order, to be sent before it, in this order."""
    waiting = tuple(_sending(order, n).awaiting_later(NoteAdded) for n in range(1, WAIT + 1))
    return (*waiting, _sending(order, WAIT + 1).awaiting(RequestRefused, codes=(Code.PARKING_FULL.value,)))


def _sending(order: SampleOrder, number: int) -> Sending:
    body = NoteSubmitted(order_id=order.order_id, text=f"Call {number}: not at home.", author="phone")
    time = order.time - timedelta(minutes=WAIT + 2 - number)
    return Sending(NoteSubmitted, f"note-{order.order_id}-{number}", SOURCE, time, body)
