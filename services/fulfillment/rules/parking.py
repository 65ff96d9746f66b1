"""Scans that wait: for their order, for the release of a hold, for a confirmation. No serial is claimed meanwhile.
Requests that wait: for the subscription that they are about, which a scan has yet to create.

Rules: ``docs/domain.md`` sections 1, 2 and 6. Time is the lane's waiting clock, in milliseconds: it stands still while
nobody runs, so that a night without power makes no order unknown.
"""

from typing import Final

from contracts.messages.fulfillment import ItemFulfillmentParked, RequestParked
from contracts.messages.life import SubscriptionRequest
from contracts.values.refusals import Code
from contracts.values.serials import normalised
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.fulfillment.documents.ledger import Awaited, Ledger
from services.fulfillment.documents.request import LifeRequest, Parked, Scan, count_serials
from services.fulfillment.rules.answers import ECHOED, refuse_invalid
from services.fulfillment.settings import Settings

WHAT_TO_DO: Final[dict[Awaited, str]] = {
    "order": "Keep the box aside: the order is not known yet. The scan is decided when the order arrives.",
    "release": "Keep the box aside: the order is on hold. The scan is decided when the hold is released.",
    "confirmation": "Keep the box aside: the order is not confirmed yet. The scan is decided when it is.",
}

REQUEST_WHAT_TO_DO: Final[dict[str, str]] = {
    "order": "Nothing if the order is on its way: this is decided when its subscription is there. Else check the id "
    "and send the request again with the right one.",
    "subscription": "Nothing if the scan is on its way: this is decided when it created the subscription. Else check "
    "the subscription's number and send the request again with the right one.",
}


def park(
    ledger: Ledger, request: Scan | LifeRequest, body: Body, lane: int, waited: int, settings: Settings
) -> Ledger | None:
    """The ledger with the request waiting at its end; None if no more may wait for this order."""
    size = len((body.model_dump_json(exclude_none=True) + request.source + request.id).encode())
    serials = sum(count_serials(p.request) for p in ledger.parked) + count_serials(request)
    if serials > settings.parked_serials or sum(p.size for p in ledger.parked) + size > settings.parked_bytes:
        return None
    until = None if ledger.awaits() == "release" else waited + settings.patience_ms
    after = replace(ledger, parked=(*ledger.parked, Parked.of(request, size, until)))
    if until is None:
        return after
    return replace(after, due=until if ledger.due is None or not ledger.parked else min(ledger.due, until), lane=lane)


def notice_of_scan(order_id: str, scan: Scan, awaits: Awaited) -> ItemFulfillmentParked:
    """What the scanner hears while the scan waits."""
    return ItemFulfillmentParked(
        order_id=order_id,
        serials=tuple(raw[:ECHOED] for raw in scan.serials if normalised(raw) is not None),
        waits_for=awaits,
        what_to_do=WHAT_TO_DO[awaits],
        refused=refuse_invalid(scan),
    )


def notice_of_request(
    order_id: str, request: LifeRequest, body: SubscriptionRequest, awaits: Awaited | None, settings: Settings
) -> RequestParked:
    """What whoever asks something of a subscription hears while it is not known, or its order is not.

    While its order is held, it waits without an end.
    """
    missing = body.subscription_id if awaits != "order" else order_id
    return RequestParked(
        subject=order_id,
        request=request.request,
        waits_for="order" if awaits == "order" else "subscription",
        missing=() if missing is None else (missing,),
        until=None if awaits == "release" else request.recorded + settings.patience,
        what_to_do=REQUEST_WHAT_TO_DO["order" if awaits == "order" else "subscription"],
    )


def schedule(ledger: Ledger, lane: int, waited: int, settings: Settings) -> Ledger:
    """The ledger with the times at which what waits expires, and the earliest of them as ``due``.

    While an order is held, no time runs; it begins with the release if a confirmation is still required. An order id
    of which nothing but refusals is remembered is due as a whole.
    """
    awaits, later = ledger.awaits(), waited + settings.patience_ms
    waiting = ledger.parked
    if awaits == "release":
        waiting = tuple(p if p.until is None else replace(p, until=None) for p in waiting)
    else:
        waiting = tuple(replace(p, until=later) if p.until is None else p for p in waiting)
    if waiting:
        due = min((p.until for p in waiting if p.until is not None), default=None)
    else:
        due = later if awaits == "order" else None
    return replace(ledger, parked=waiting, due=due, lane=None if due is None else lane)


def why_expired(ledger: Ledger) -> Code:
    """Why a scan is refused whose time ran out: its order never came, or was never confirmed."""
    return Code.ORDER_NOT_FOUND if ledger.awaits() == "order" else Code.ORDER_NOT_CONFIRMED


def expire(ledger: Ledger, waited: int) -> tuple[tuple[Scan | LifeRequest, ...], Ledger]:
    """What waited too long, in order, and the ledger without it."""
    over = tuple(p.request for p in ledger.parked if p.until is not None and p.until <= waited)
    rest = tuple(p for p in ledger.parked if p.until is None or p.until > waited)
    return over, replace(ledger, parked=rest)
