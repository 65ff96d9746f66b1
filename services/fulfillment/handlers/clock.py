"""Time passes, and only here: what waited too long is refused, page by page, each in its own order's turn, and what is
remembered of serials that nobody knows is forgotten. Contracts that end by date have a page of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Generic, TypeVar

from contracts.messages.clock import ClockPassed
from contracts.messages.fulfillment import ContractsDue, ParkedDue
from contracts.values.refusals import Code, refusal
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.handler import FactHandler
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import settled
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, LaneClock, Page, UnitOfWork, Want
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.documents.request import LifeRequest, Scan, count_serials
from services.fulfillment.documents.serial_home import SerialHome
from services.fulfillment.handlers.contracts import ending_page
from services.fulfillment.rules.answers import ANSWERS, outcome_of_serials, refuse_all
from services.fulfillment.rules.parking import expire, schedule, why_expired
from services.fulfillment.settings import Settings

B = TypeVar("B", bound=Body)
PAGE: Final = 25
"""Ledgers loaded at a time: each may hold a megabyte that waits."""
WORK: Final = 2000
"""Serials refused in one decision, not counting those of the last ledger, which is never split."""


@dataclass(frozen=True)
class ExpiryHandler(FactHandler[B], Generic[B]):
    """What waits in a lane is looked at page by page, once its time is over."""

    settings: Settings

    def expire(self, lane: int, as_of: datetime, waited: int, after: str, work: UnitOfWork) -> Decision:
        """What is due by this time of the waiting clock, behind the order ``after``; if there was any, the next page
        is asked for.
        """
        forgotten = work.page(forgotten_page(lane, waited))
        changes: list[Change] = [Change(SerialHome, serial, None) for serial, _ in forgotten]
        emits: list[Emit] = []
        effort = 0
        for order_id, ledger in work.page(due_page(lane, waited, after)):
            if effort >= WORK:
                break
            change, refusals = self._expire_in(order_id, ledger, lane, waited)
            changes.append(change)
            emits += refusals
            effort += sum(1 + count_serials(p.request) for p in ledger.parked)
            after = order_id
        if changes:
            emits.append(Emit(ParkedDue(lane=lane, as_of=as_of, waited=waited, after=after)))
        return Decision(tuple(changes), tuple(emits))

    def _expire_in(self, order_id: str, ledger: Ledger, lane: int, waited: int) -> tuple[Change, tuple[Emit, ...]]:
        """What expires in one ledger: what waited too long, or all that is remembered of an order that never came."""
        if ledger.awaits() == "order" and not ledger.parked:
            return Change(Ledger, order_id, None), ()
        over, rest = expire(ledger, waited)
        emits: list[Emit] = []
        outcomes: dict[bytes, str] = {}
        for each in over:
            answer, outcomes[each.who] = self._refuse(order_id, ledger, each)
            emits.append(Emit(answer, each.cause))
        rest = replace(rest, heard=settled(rest.heard, outcomes))
        return Change(Ledger, order_id, schedule(rest, lane, waited, self.settings)), tuple(emits)

    def _refuse(self, order_id: str, ledger: Ledger, request: Scan | LifeRequest) -> tuple[Body, str]:
        """The refusal of what waited too long, and what the memory keeps of it."""
        if isinstance(request, LifeRequest):
            unknown = (refusal(Code.SUBSCRIPTION_UNKNOWN, "subscription_id"),)
            return ANSWERS.refusal_of(order_id, unknown, clock_suspect=request.suspect), outcome_of(unknown)
        _, suspect = request.believe(ledger.placed_at, self.settings.behind_order)
        declined = refuse_all(order_id, request, why_expired(ledger), suspect=suspect)
        return declined, outcome_of_serials(declined.serials)


@dataclass(frozen=True)
class PassingTime(ExpiryHandler[ClockPassed]):
    """``ClockPassed``: the lane's clock moves, never back, and the first page of what is due by it is decided."""

    reads = (ClockPassed,)

    def prefetch(self, message: Message[ClockPassed]) -> Iterable[Want]:
        """The first page of each kind, and whether a contract has ended."""
        yield due_page(message.lane, message.body.waited)
        yield forgotten_page(message.lane, message.body.waited)
        yield ending_page(message.lane, self._civil(message.body.as_of), limit=1)

    def apply(self, message: Message[ClockPassed], work: UnitOfWork) -> Decision:
        """Nothing for a time that is not above the last."""
        body, lane = message.body, message.lane
        was = work.clock(lane)
        as_of = body.as_of if was.as_of is None else max(was.as_of, body.as_of)
        now = LaneClock(as_of=as_of, waited=max(was.waited, body.waited))
        if now == was:
            return NOTHING
        decision = self.expire(lane, body.as_of, body.waited, "", work)
        emits, by = decision.emits, self._civil(body.as_of)
        if work.page(ending_page(lane, by, limit=1)):
            emits = (*emits, Emit(ContractsDue(lane=lane, by=by, after="")))
        return replace(decision, emits=emits, clock=now)

    def _civil(self, as_of: datetime) -> date:
        """The civil date of a clock's time: the day by which contracts end."""
        return as_of.astimezone(self.settings.zone).date()


@dataclass(frozen=True)
class ExpiringParked(ExpiryHandler[ParkedDue]):
    """``ParkedDue``: goes on where the last page ended, until one is empty."""

    reads = (ParkedDue,)

    def prefetch(self, message: Message[ParkedDue]) -> Iterable[Want]:
        """The next page of it."""
        yield due_page(message.lane, message.body.waited, message.body.after)
        yield forgotten_page(message.lane, message.body.waited)

    def apply(self, message: Message[ParkedDue], work: UnitOfWork) -> Decision:
        """Another page."""
        body = message.body
        return self.expire(message.lane, body.as_of, body.waited, body.after, work)


def due_page(lane: int, waited: int, after: str = "") -> Page[Ledger]:
    """The lane's ledgers in which something expires by this time of the waiting clock."""
    return Page(Ledger, equal=(("lane", lane),), at_most=(("due", waited),), after=after, limit=PAGE)


def forgotten_page(lane: int, waited: int) -> Page[SerialHome]:
    """The lane's serials that were only ever refused, a day ago by this time of the waiting clock."""
    return Page(SerialHome, equal=(("lane", lane),), at_most=(("due", waited),))
