"""Ticks, and what their time has run out for."""

from collections.abc import Iterable
from typing import Any

from contracts.messages.clock import ClockPassed, ClockTicked, WaitingDue
from contracts.messages.orders import SubmissionDue
from contracts.values.refusals import Code, refusal
from services.engine.core.document import replace
from services.engine.core.inbox import outcome_of
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, Page, UnitOfWork, Want
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.awaited_variant import AwaitedVariant
from services.orders.documents.change_line import ChangeLine, proposal
from services.orders.handlers.handler import Handler
from services.orders.handlers.variants import forgotten_page
from services.orders.rules.answers import ANSWERS
from services.orders.rules.clock import LaneFacts, milliseconds, ticked
from services.orders.settings import Settings


def prefetch_tick(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """How many facts were said about the lane."""
    yield LaneFacts, message.subject


def prefetch_page(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:
    """The first page of what has waited long enough by then."""
    body = message.body
    assert isinstance(body, ClockTicked)
    clock = ticked(work.clock(body.lane), body.as_of, settings.tick_at_most)
    if clock is not None:
        yield _page(body.lane, clock.waited, "", settings)
        yield _unanswered(body.lane, clock.waited, settings)
        yield forgotten_page(body.lane, clock.waited, settings)


def decide_tick(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """Moves the waiting clock, says so, and ends the waiting of what is due."""
    body = message.body
    assert isinstance(body, ClockTicked)
    if body.as_of > message.recorded + settings.tick_ahead_at_most:
        return Decision(emits=(ANSWERS.refuse(message, (refusal(Code.CLOCK_AHEAD, "as_of"),)),))
    clock = ticked(work.clock(body.lane), body.as_of, settings.tick_at_most)
    if clock is None:
        return NOTHING
    facts = work.get(LaneFacts, message.subject) or LaneFacts()
    facts = LaneFacts(version=facts.version + 1)
    passed = ClockPassed(version=facts.version, lane=body.lane, as_of=body.as_of, waited=clock.waited)
    expired = _expired(body.lane, clock.waited, "", work, settings)
    changes = (Change(LaneFacts, message.subject, facts), *expired.changes)
    return Decision(changes, (Emit(passed), *expired.emits), clock)


def prefetch_due(message: Message, settings: Settings) -> Iterable[Want]:
    """The next page of it."""
    body = message.body
    assert isinstance(body, WaitingDue)
    yield _page(body.lane, body.waited, body.after, settings)
    yield _unanswered(body.lane, body.waited, settings)
    yield forgotten_page(body.lane, body.waited, settings)


def decide_due(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """Goes on where the last page ended."""
    body = message.body
    assert isinstance(body, WaitingDue)
    return _expired(body.lane, body.waited, body.after, work, settings)


def _page(lane: int, waited: int, after: str, settings: Settings) -> Page[Any]:
    return Page(
        AwaitedOrder,
        equal=(("lane", lane),),
        at_most=(("due", waited),),
        after=after,
        limit=settings.waiting_page,
    )


def _unanswered(lane: int, waited: int, settings: Settings) -> Page[Any]:
    """The lane's open changes whose answer is overdue; proposed again they leave the page."""
    return Page(ChangeLine, equal=(("lane", lane),), at_most=(("due", waited),), limit=settings.waiting_page)


def _proposed_again(lane: int, waited: int, work: UnitOfWork, settings: Settings) -> Decision:
    """A proposal or its answer may lie in the dead letters: the same is asked again, under the same number."""
    due = waited + milliseconds(settings.proposed_again_after)
    changes: list[Change] = []
    emits: list[Emit] = []
    for order_id, line in work.page(_unanswered(lane, waited, settings)):
        changes.append(Change(ChangeLine, order_id, replace(line, due=due)))
        emits.append(Emit(proposal(order_id, line.open, lane), cause=line.open.request.message(lane).cause))
    return Decision(tuple(changes), tuple(emits))


def _expired(lane: int, waited: int, after: str, work: UnitOfWork, settings: Settings) -> Decision:
    """Asks again for what has no answer, and refuses what waited in vain; a refusal is remembered like any other, so
    the document may live a day longer. Submissions look into the catalog once more, each in its own turn.
    """
    page = work.page(_page(lane, waited, after, settings))
    not_found = (refusal(Code.ORDER_NOT_FOUND),)
    forgotten_at = waited + milliseconds(settings.refusals_kept_for)
    changes: list[Change] = []
    emits: list[Emit] = []
    for order_id, awaited in page:
        left = awaited.without_overdue(waited)
        for parked in awaited.overdue(waited):
            request = parked.message(lane)
            emits.append(ANSWERS.refuse(request, not_found))
            left = (left or AwaitedOrder(lane=lane)).remembering(request, outcome_of(not_found), forgotten_at)
        if awaited.has_overdue_submission(waited):
            emits.append(Emit(SubmissionDue(order_id=order_id)))
        changes.append(Change(AwaitedOrder, order_id, left))
    again = _proposed_again(lane, waited, work, settings)
    forgotten = work.page(forgotten_page(lane, waited, settings))
    changes += [Change(AwaitedVariant, id_, None) for id_, _ in forgotten]
    full = settings.waiting_page in (len(page), len(again.changes)) or len(forgotten) == settings.prices_page
    if full:
        emits.append(Emit(WaitingDue(lane=lane, waited=waited, after=page[-1][0] if page else after)))
    return Decision((*changes, *again.changes), (*again.emits, *emits))


TICKING = Handler(prefetch_tick, decide_tick, prefetch_page)
EXPIRING = Handler(prefetch_due, decide_due)
