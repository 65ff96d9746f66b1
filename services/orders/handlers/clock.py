"""Ticks, and what their time has run out for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.messages.clock import ClockPassed, ClockTicked, WaitingDue
from contracts.messages.orders import SubmissionDue
from contracts.values.refusals import Code, refusal
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.handler import FactHandler
from services.engine.core.inbox import outcome_of
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, Page, UnitOfWork, Want
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.awaited_variant import AwaitedVariant
from services.orders.documents.change_line import ChangeLine, proposal
from services.orders.handlers.variants import forgotten_page
from services.orders.rules.answers import ANSWERS
from services.orders.rules.clock import LaneFacts, milliseconds, tick
from services.orders.settings import Settings

B = TypeVar("B", bound=Body)


@dataclass(frozen=True)
class ExpiryHandler(FactHandler[B], Generic[B]):
    """What waits in a lane is looked at page by page, once its time is over."""

    settings: Settings

    def weight(self, message: Message[B]) -> int:
        """A page."""
        del message
        return self.settings.waiting_page

    def prefetch_page(self, lane: int, waited: int, after: str) -> Iterable[Want]:
        """The pages that expire by this time of the waiting clock."""
        yield self._awaited(lane, waited, after)
        yield self._unanswered(lane, waited)
        yield forgotten_page(lane, waited, self.settings)

    def expire(self, lane: int, waited: int, after: str, work: UnitOfWork) -> Decision:
        """Asks again for what has no answer, and refuses what waited in vain; a refusal is remembered like any other,
        so the document may live a day longer. Submissions look into the catalog once more, each in its own turn.
        """
        page = work.page(self._awaited(lane, waited, after))
        not_found = (refusal(Code.ORDER_NOT_FOUND),)
        forgotten_at = waited + milliseconds(self.settings.refusals_kept_for)
        changes: list[Change] = []
        emits: list[Emit] = []
        for order_id, awaited in page:
            left = awaited.without_overdue(waited)
            for parked in awaited.overdue(waited):
                request = parked.message(lane)
                emits.append(ANSWERS.refuse(request, not_found))
                left = (left or AwaitedOrder(lane=lane)).remember_refused(request, outcome_of(not_found), forgotten_at)
            if awaited.has_overdue_submission(waited):
                emits.append(Emit(SubmissionDue(order_id=order_id)))
            changes.append(Change(AwaitedOrder, order_id, left))
        again = self._propose_again(lane, waited, work)
        forgotten = work.page(forgotten_page(lane, waited, self.settings))
        changes += [Change(AwaitedVariant, id_, None) for id_, _ in forgotten]
        limit = self.settings.waiting_page
        if limit in (len(page), len(again.changes)) or len(forgotten) == self.settings.prices_page:
            emits.append(Emit(WaitingDue(lane=lane, waited=waited, after=page[-1][0] if page else after)))
        return Decision((*changes, *again.changes), (*again.emits, *emits))

    def _awaited(self, lane: int, waited: int, after: str) -> Page[AwaitedOrder]:
        limit = self.settings.waiting_page
        return Page(AwaitedOrder, equal=(("lane", lane),), at_most=(("due", waited),), after=after, limit=limit)

    def _unanswered(self, lane: int, waited: int) -> Page[ChangeLine]:
        """The lane's open changes whose answer is overdue; proposed again they leave the page."""
        limit = self.settings.waiting_page
        return Page(ChangeLine, equal=(("lane", lane),), at_most=(("due", waited),), limit=limit)

    def _propose_again(self, lane: int, waited: int, work: UnitOfWork) -> Decision:
        """A proposal or its answer may lie in the dead letters: the same is asked again, under the same number."""
        due = waited + milliseconds(self.settings.proposed_again_after)
        changes: list[Change] = []
        emits: list[Emit] = []
        for order_id, line in work.page(self._unanswered(lane, waited)):
            changes.append(Change(ChangeLine, order_id, replace(line, due=due)))
            emits.append(Emit(proposal(order_id, line.open, lane), line.open.message(lane).cause))
        return Decision(tuple(changes), tuple(emits))


@dataclass(frozen=True)
class Ticking(ExpiryHandler[ClockTicked]):
    """``ClockTicked``: moves the waiting clock, says so, and ends the waiting of what is due."""

    reads = (ClockTicked,)

    def prefetch(self, message: Message[ClockTicked]) -> Iterable[Want]:
        """How many facts were said about the lane."""
        yield LaneFacts, message.subject

    def prefetch_related(self, message: Message[ClockTicked], work: UnitOfWork) -> Iterable[Want]:
        """The first page of what has waited long enough by then."""
        lane = message.body.lane
        clock = tick(work.clock(lane), message.body.as_of, self.settings.tick_at_most)
        if clock is not None:
            yield from self.prefetch_page(lane, clock.waited, "")

    def apply(self, message: Message[ClockTicked], work: UnitOfWork) -> Decision:
        """Refused if it lies too far ahead; nothing for one that is not above the last."""
        body = message.body
        if body.as_of > message.recorded + self.settings.tick_ahead_at_most:
            return Decision(emits=(ANSWERS.refuse(message, (refusal(Code.CLOCK_AHEAD, "as_of"),)),))
        clock = tick(work.clock(body.lane), body.as_of, self.settings.tick_at_most)
        if clock is None:
            return NOTHING
        facts = work.get(LaneFacts, message.subject) or LaneFacts()
        facts = LaneFacts(version=facts.version + 1)
        passed = ClockPassed(version=facts.version, lane=body.lane, as_of=body.as_of, waited=clock.waited)
        expired = self.expire(body.lane, clock.waited, "", work)
        changes = (Change(LaneFacts, message.subject, facts), *expired.changes)
        return Decision(changes, (Emit(passed), *expired.emits), clock)


@dataclass(frozen=True)
class Expiring(ExpiryHandler[WaitingDue]):
    """``WaitingDue``: goes on where the last page ended."""

    reads = (WaitingDue,)

    def prefetch(self, message: Message[WaitingDue]) -> Iterable[Want]:
        """The next page of it."""
        body = message.body
        yield from self.prefetch_page(body.lane, body.waited, body.after)

    def apply(self, message: Message[WaitingDue], work: UnitOfWork) -> Decision:
        """Another page."""
        body = message.body
        return self.expire(body.lane, body.waited, body.after, work)
