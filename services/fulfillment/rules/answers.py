"""What a scanner hears about serials that were not accepted; and the two answers that any request may get."""

from collections.abc import Sequence
from typing import Final

from contracts.messages.fulfillment import ItemFulfillmentRefused, RequestRefused, RequestRepeated, SerialRefused
from contracts.values.refusals import WHAT_TO_DO, Code
from contracts.values.serials import normalised
from services.engine.core.inbox import Answers
from services.engine.core.memory import refused
from services.fulfillment.documents.request import Scan

ANSWERS: Final = Answers(RequestRefused, RequestRepeated)
ECHOED: Final = 128
"""Characters of a serial, as it was sent, that an answer repeats: what no label says must not fill a topic."""


def refuse_serial(raw: str, code: Code, *, holder: str | None = None, detail: str = "") -> SerialRefused:
    """One serial that was not accepted, with the sentence that tells what to do with the box."""
    return SerialRefused(
        serial=raw[:ECHOED], code=code, what_to_do=WHAT_TO_DO[code], holder_order_id=holder, detail=detail
    )


def refuse_invalid(scan: Scan) -> tuple[SerialRefused, ...]:
    """The serials that are none, whatever they were scanned for."""
    return tuple(refuse_serial(raw, Code.SERIAL_INVALID) for raw in scan.serials if normalised(raw) is None)


def outcome_of_serials(refusals: Sequence[SerialRefused]) -> str:
    """What the memory keeps of a scan of which nothing was accepted."""
    return refused(tuple(serial.code.value for serial in refusals), ItemFulfillmentRefused.__name__)


def refuse_all(
    order_id: str, scan: Scan, code: Code, *, suspect: bool, before_cancellation: bool = False
) -> ItemFulfillmentRefused:
    """Every serial of a scan refused for one reason, those apart that are no serials."""
    return ItemFulfillmentRefused(
        order_id=order_id,
        serials=tuple(
            refuse_serial(raw, Code.SERIAL_INVALID if normalised(raw) is None else code) for raw in scan.serials
        ),
        clock_suspect=suspect,
        scanned_before_cancellation=before_cancellation,
    )
