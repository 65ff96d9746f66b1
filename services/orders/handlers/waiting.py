"""A request about an order: decided if the order is there, parked if it is not, which its sender hears at once."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from contracts.values.refusals import Code, Refusal, refusal
from contracts.wire.message import Body
from services.engine.core.handler import RequestHandler
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import find_repeat
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.awaited import AwaitedOrder, Parked
from services.orders.documents.change_line import ChangeLine
from services.orders.documents.order import PlacedOrder
from services.orders.handlers.draft import OrderDraft, answer_waiting
from services.orders.rules.answers import ANSWERS
from services.orders.rules.believing import believe
from services.orders.rules.clock import milliseconds
from services.orders.rules.notices import waits_for_order
from services.orders.settings import Settings

B = TypeVar("B", bound=Body)


@dataclass(frozen=True)
class OrderRequestHandler(RequestHandler[B], Generic[B]):
    """Every request about an order is found, refused and parked so; a use case says what it makes of the order."""

    settings: Settings

    @abstractmethod
    def change(self, draft: OrderDraft, message: Message[B], work: UnitOfWork) -> OrderDraft:
        """What a new request of the right shape makes of an order that is there; its time is one to be believed."""

    def prefetch(self, message: Message[B | None]) -> Iterable[Want]:
        """The order, and what waits for it if it is not there."""
        yield PlacedOrder, message.subject
        yield AwaitedOrder, message.subject

    def prefetch_related(self, message: Message[B | None], work: UnitOfWork) -> Iterable[Want]:
        """The line of an order that may have one: what waits in it has taken its identity."""
        order = work.get(PlacedOrder, message.subject)
        if order is not None and order.changes:
            yield ChangeLine, message.subject

    def prefetch_waiting(self, message: Message[B], order: PlacedOrder | None) -> Iterable[Want]:
        """What it will ask for once it need not wait any more; ``order`` is None until there is one."""
        del message, order
        return ()

    def find_known(self, message: Message[B | None], work: UnitOfWork) -> Emit | None:
        """Known to the order and its line, or to what waits for the order."""
        draft = OrderDraft.find(message.subject, work)
        if draft is not None:
            return draft.find_known(believe(message, draft.order, self.settings), work)
        awaited = work.get(AwaitedOrder, message.subject)
        return None if awaited is None else self._find_parked(message, awaited, work)

    def refuse(self, message: Message[B | None], refusals: tuple[Refusal, ...], work: UnitOfWork) -> Decision:
        """Remembered by the order; without one for a day."""
        draft = OrderDraft.find(message.subject, work)
        if draft is not None:
            return draft.refuse(believe(message, draft.order, self.settings), *refusals).decision()
        return self.refuse_early(message, refusals, work)

    def accept(self, message: Message[B], work: UnitOfWork) -> Decision:
        """Decided now, or parked."""
        draft = OrderDraft.find(message.subject, work)
        if draft is not None:
            return self.change(draft, believe(message, draft.order, self.settings), work).decision()
        return self.accept_early(message, work.get(AwaitedOrder, message.subject), work)

    def decide_behind(self, draft: OrderDraft, message: Message[B | None], work: UnitOfWork) -> OrderDraft:
        """The same for an order that is a draft: behind all that is decided already. Everything said names the request
        that asked for it.
        """
        message = believe(message, draft.order, self.settings)
        known = draft.find_known(message, work)
        if known is not None:
            return draft.emit(known)
        if message.body is None:
            return draft.refuse(message, *message.refusals)
        return self.change(draft, cast("Message[B]", message), work)

    def accept_early(self, message: Message[B], awaited: AwaitedOrder | None, work: UnitOfWork) -> Decision:
        """Without its order it waits for some time, unless too much waits already."""
        request = Parked.of(message, work.clock(message.lane).waited + milliseconds(self.settings.parked_for))
        if awaited is not None and awaited.is_full_for(request, self.settings):
            return self.refuse_early(message, (refusal(Code.PARKING_FULL),), work)
        parking = (awaited or AwaitedOrder(lane=message.lane)).park(request)
        return Decision((Change(AwaitedOrder, message.subject, parking),), (waits_for_order(message, self.settings),))

    def refuse_early(self, message: Message[B | None], refusals: tuple[Refusal, ...], work: UnitOfWork) -> Decision:
        """Without its order it is refused, and known for a day."""
        change = self.remember_for_a_day(message, outcome_of(refusals), work)
        return Decision((change,), (ANSWERS.refuse(message, refusals),))

    def remember_for_a_day(self, message: Message[B | None], outcome: str, work: UnitOfWork) -> Change:
        """A request without an effect whose order is not there: known for a day of the waiting clock."""
        forgotten_at = work.clock(message.lane).waited + milliseconds(self.settings.refusals_kept_for)
        awaited = work.get(AwaitedOrder, message.subject) or AwaitedOrder(lane=message.lane)
        return Change(AwaitedOrder, message.subject, awaited.remember_refused(message, outcome, forgotten_at))

    def find_first(self, message: Message[B | None], awaited: AwaitedOrder) -> Parked | None:
        """What waits for the order and stands for this request too: a cancellation does before its order is there."""
        del message
        return awaited.cancellation

    def _find_parked(self, message: Message[B | None], awaited: AwaitedOrder, work: UnitOfWork) -> Emit | None:
        known = find_repeat(message, awaited, work)
        if known is None:
            waiting = awaited.waiting_like(message)
            return None if waiting is None else answer_waiting(message, waiting)
        if known.kind == "repeat" and known.first.stands_by is not None:
            first = self.find_first(message, awaited)
            if first is not None:
                return ANSWERS.repeat_of_waiting(message, first.source, first.id)
        return ANSWERS.known(message, known)


OrderRequestHandlers = Mapping[type[Body], OrderRequestHandler[Any]]
"""Who decides what waited for an order, by its type."""
