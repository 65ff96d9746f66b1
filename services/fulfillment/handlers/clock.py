"""Time passes, and only here: what waited too long is refused, page by page, each in its own order's turn, and what is
remembered of serials that nobody knows is forgotten. Contracts that end by date have a page of their own.
"""

from datetime import date, datetime
from typing import Any, Final

from contracts.messages.clock import ClockPassed
from contracts.messages.fulfillment import ContractsDue, ParkedDue
from contracts.values.refusals import Code, refusal
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import settled
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, LaneClock, Page, UnitOfWork
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.documents.request import Scan, Wish, serials_in
from services.fulfillment.documents.serial_home import SerialHome
from services.fulfillment.handlers.contracts import ending_page
from services.fulfillment.rules.answers import ANSWERS, all_refused, outcome_of_serials
from services.fulfillment.rules.parking import expired, scheduled, why_expired
from services.fulfillment.settings import Settings

SERIALS: Final = "serials"
"""The collection of what the homes of serials remember."""
PAGE: Final = 25
"""Ledgers loaded at a time: each may hold a megabyte that waits."""
WORK: Final = 2000
"""Serials refused in one decision, not counting those of the last ledger, which is never split."""


def due_page(lane: int, waited: int, after: str = "") -> Page[Any]:
    """The lane's ledgers in which something expires by this time of the waiting clock."""
    return Page(Ledger, equal=(("lane", lane),), at_most=(("due", waited),), after=after, limit=PAGE)


def forgotten_page(lane: int, waited: int) -> Page[Any]:
    """The lane's serials that were only ever refused, a day ago by this time of the waiting clock."""
    return Page(SerialHome, equal=(("lane", lane),), at_most=(("due", waited),))


def contracts_page(settings: Settings, lane: int, as_of: datetime) -> Page[Any]:
    """Whether a contract of the lane has ended by this time: the first of them."""
    return ending_page(lane, civil(settings, as_of), limit=1)


def civil(settings: Settings, as_of: datetime) -> date:
    """The civil date of a clock's time: the day by which contracts end."""
    return as_of.astimezone(settings.zone).date()


def clock_passed(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """``ClockPassed``: the lane's clock moves, never back, and the first page of what is due by it is decided."""
    body = message.body
    assert isinstance(body, ClockPassed)
    was = work.clock(message.lane)
    as_of = body.as_of if was.as_of is None else max(was.as_of, body.as_of)
    now = LaneClock(as_of=as_of, waited=max(was.waited, body.waited))
    if now == was:
        return NOTHING
    decision = _decided(settings, message, work, body.as_of, body.waited, "")
    emits = decision.emits
    if work.page(contracts_page(settings, message.lane, body.as_of)):
        emits = (*emits, Emit(ContractsDue(lane=message.lane, by=civil(settings, body.as_of), after="")))
    return replace(decision, emits=emits, clock=now)


def parked_due(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """``ParkedDue``: the next page, until one is empty."""
    body = message.body
    assert isinstance(body, ParkedDue)
    return _decided(settings, message, work, body.as_of, body.waited, body.after)


def _decided(
    settings: Settings, message: Message, work: UnitOfWork, as_of: datetime, waited: int, after: str
) -> Decision:
    forgotten = work.page(forgotten_page(message.lane, waited))
    changes: list[Change] = [Change(SerialHome, serial, None) for serial, _ in forgotten]
    emits: list[Emit] = []
    effort = 0
    for order_id, ledger in work.page(due_page(message.lane, waited, after)):
        if effort >= WORK:
            break
        change, refusals = _expired(settings, order_id, ledger, message.lane, waited)
        changes.append(change)
        emits += refusals
        effort += sum(1 + serials_in(p.asked) for p in ledger.parked)
        after = order_id
    if changes:
        emits.append(Emit(ParkedDue(lane=message.lane, as_of=as_of, waited=waited, after=after)))
    return Decision(tuple(changes), tuple(emits))


def _expired(
    settings: Settings, order_id: str, ledger: Ledger, lane: int, waited: int
) -> tuple[Change, tuple[Emit, ...]]:
    """What expires in one ledger: what waited too long, or all that is remembered of an order that never came."""
    if ledger.awaits() == "order" and not ledger.parked:
        return Change(Ledger, order_id, None), ()
    over, rest = expired(ledger, waited)
    emits: list[Emit] = []
    outcomes: dict[bytes, str] = {}
    for each in over:
        answer, outcomes[each.who] = _too_late(settings, order_id, ledger, each)
        emits.append(Emit(answer, each.cause))
    rest = replace(rest, heard=settled(rest.heard, outcomes))
    return Change(Ledger, order_id, scheduled(rest, lane, waited, settings)), tuple(emits)


def _too_late(settings: Settings, order_id: str, ledger: Ledger, asked: Scan | Wish) -> tuple[Body, str]:
    """The refusal of what waited too long, and what the memory keeps of it."""
    if isinstance(asked, Wish):
        unknown = (refusal(Code.SUBSCRIPTION_UNKNOWN, "subscription_id"),)
        return ANSWERS.refusal_of(order_id, unknown, clock_suspect=asked.suspect), outcome_of(unknown)
    _, suspect = asked.believed(ledger.placed_at, settings.behind_order)
    declined = all_refused(order_id, asked, why_expired(ledger), suspect=suspect)
    return declined, outcome_of_serials(declined.serials)
