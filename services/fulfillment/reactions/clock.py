"""Time passes, and only here: scans that waited too long are refused, page by page, each in its own order's turn."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from contracts.fulfillment import ParkedDue
from contracts.orders import ClockPassed
from services.engine.heard import settled
from services.engine.message import Message
from services.engine.service import NOTHING, Change, Decision, Desk, LaneClock, Page, Say
from services.fulfillment.answers import all_refused, outcome_of
from services.fulfillment.ledger import Ledger
from services.fulfillment.parking import expired, scheduled, why_expired
from services.fulfillment.settings import Settings

LEDGERS: Final = "ledgers"
"""The collection of ledgers: what a page of them names."""
PAGE: Final = 25
"""Ledgers loaded at a time: each may hold a megabyte that waits."""
WORK: Final = 2000
"""Serials refused in one decision, not counting those of the last ledger, which is never split."""


def due_page(lane: int, waited: int, after: str = "") -> Page:
    """The lane's ledgers in which something expires by this time of the waiting clock."""
    return Page(LEDGERS, equal=(("lane", lane),), at_most=(("due", waited),), after=after, limit=PAGE)


def clock_passed(settings: Settings, message: Message, desk: Desk) -> Decision:
    """``ClockPassed``: the lane's clock moves, never back, and the first page of what is due by it is decided."""
    body = message.body
    if not isinstance(body, ClockPassed):
        raise TypeError("ClockPassed that cannot be read: a fact is not answered")
    was = desk.clock(message.lane)
    as_of = body.as_of if was.as_of is None else max(was.as_of, body.as_of)
    now = LaneClock(as_of=as_of, waited=max(was.waited, body.waited))
    if now == was:
        return NOTHING
    return replace(_decided(settings, message, desk, body.as_of, body.waited, ""), clock=now)


def parked_due(settings: Settings, message: Message, desk: Desk) -> Decision:
    """``ParkedDue``: the next page, until one is empty."""
    body = message.body
    if not isinstance(body, ParkedDue):
        raise TypeError("ParkedDue that cannot be read: it is not a request")
    return _decided(settings, message, desk, body.as_of, body.waited, body.after)


def _decided(settings: Settings, message: Message, desk: Desk, as_of: datetime, waited: int, after: str) -> Decision:
    changes: list[Change] = []
    says: list[Say] = []
    work = 0
    for order_id, ledger in desk.page(due_page(message.lane, waited, after), Ledger):
        if work >= WORK:
            break
        change, refusals = _expired(settings, order_id, ledger, message.lane, waited)
        changes.append(change)
        says += refusals
        work += sum(1 + len(p.scan.serials) for p in ledger.parked)
        after = order_id
    if changes:
        says.append(Say(ParkedDue(lane=message.lane, as_of=as_of, waited=waited, after=after)))
    return Decision(tuple(changes), tuple(says))


def _expired(
    settings: Settings, order_id: str, ledger: Ledger, lane: int, waited: int
) -> tuple[Change, tuple[Say, ...]]:
    """What expires in one ledger: scans that waited too long, or all that is remembered of an order that never came."""
    if ledger.awaits() == "order" and not ledger.parked:
        return Change(Ledger, order_id, None), ()
    code = why_expired(ledger)
    over, ledger = expired(ledger, waited)
    says: list[Say] = []
    outcomes: dict[bytes, str] = {}
    for scan in over:
        _, suspect = scan.believed(ledger.placed_at, settings.behind_order)
        answer = all_refused(order_id, scan, code, suspect=suspect)
        says.append(Say(answer, scan.cause))
        outcomes[scan.who] = outcome_of(answer.serials)
    ledger = ledger.model_copy(update={"heard": settled(ledger.heard, outcomes)})
    return Change(Ledger, order_id, scheduled(ledger, lane, waited, settings)), tuple(says)
