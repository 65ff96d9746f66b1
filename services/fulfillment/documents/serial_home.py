"""What the home of a serial remembers: announcements, and requests that named the serial alone.

A repeat must get the same answer, or reach the order that the first one was sent on to: the device may be with another
order by now.
"""

from typing import Final

from services.engine.core.memory import Memory, Processed, record_processed
from services.engine.core.message import Message

KEPT: Final = 256
"""Requests that are remembered of one serial, the newest, as many as of a customer or a SKU."""
SENT_ON: Final = "sent_on:"
"""How the outcome of a request begins that an order decides; the order's id follows."""


class SerialHome(Memory):
    """One serial. ``lane`` and ``due`` (ms of the waiting clock) are there while nothing but refusals is remembered."""

    lane: int | None = None
    due: int | None = None

    def remember(self, message: Message, outcome: str, later: int) -> "SerialHome":
        """With this request in it. ``later`` is when it is forgotten if it is one of refusals only."""
        heard = record_processed(self.heard, message, outcome)[-KEPT:]
        forgotten = not any(h.effective for h in heard)
        return SerialHome(heard=heard, lane=message.lane if forgotten else None, due=later if forgotten else None)


def find_order(first: Processed) -> str | None:
    """The order that a remembered request was sent on to; None if it was decided at the serial's home."""
    return first.outcome.removeprefix(SENT_ON) if first.outcome.startswith(SENT_ON) else None
