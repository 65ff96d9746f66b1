"""Fulfillment's answers to proposals: what was accepted is adopted as it is carried, and the next change comes up."""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.messages.changes import OrderChangeAccepted, OrderChangeRefused
from contracts.values.refusals import refusal
from services.engine.core.document import replace
from services.engine.core.handler import FactHandler
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Decision, Emit, UnitOfWork, Want
from services.orders.documents.change_line import ChangeLine, ChangeRequest
from services.orders.documents.order import PlacedItem, PlacedOrder
from services.orders.documents.party import Billing
from services.orders.documents.progress import with_counts
from services.orders.handlers.changing import ChangeHandlers
from services.orders.handlers.draft import OrderDraft
from services.orders.rules.contract import to_status_fact
from services.orders.rules.status import status_of

A = TypeVar("A", bound=OrderChangeAccepted | OrderChangeRefused)


@dataclass(frozen=True)
class AnswerHandler(FactHandler[A], Generic[A]):
    """An answer settles the open change if it is about it; the changes that waited are looked at behind it."""

    changes: ChangeHandlers

    @abstractmethod
    def settle(self, draft: OrderDraft, request: Message[ChangeRequest], answer: A) -> OrderDraft:
        """What becomes of the order, and what whoever asked hears."""

    def settle_nothing(self, draft: OrderDraft, answer: A) -> Decision:
        """The answer is a repeat, or one that was replayed."""
        del draft, answer
        return NOTHING

    def prefetch(self, message: Message[A]) -> Iterable[Want]:
        """The order and its line."""
        yield PlacedOrder, message.subject
        yield ChangeLine, message.subject

    def prefetch_related(self, message: Message[A], work: UnitOfWork) -> Iterable[Want]:
        """What the changes that wait will ask for: one of them may be next."""
        line = work.get(ChangeLine, message.subject)
        if line is not None:
            order = work.get(PlacedOrder, message.subject)
            for parked in line.waiting:
                request = parked.message(line.lane)
                yield from self.changes[request.model].prefetch_waiting(request, order)

    def apply(self, message: Message[A], work: UnitOfWork) -> Decision:
        """Nothing for an order that is not here."""
        order = work.get(PlacedOrder, message.subject)
        line = work.get(ChangeLine, message.subject)
        if order is None:
            return NOTHING
        draft = OrderDraft.begin(order, line)
        if line is None or line.open.number != message.body.number:
            return self.settle_nothing(draft, message.body)
        request = line.open.message(message.lane)
        draft = self.settle(draft.with_line(None), request, message.body)
        return self._decide_next(draft, line, work).decision()

    def _decide_next(self, draft: OrderDraft, line: ChangeLine, work: UnitOfWork) -> OrderDraft:
        """The changes that waited, one after another, until one is open again."""
        waiting = line.waiting
        while waiting and draft.line is None:
            request, waiting = waiting[0].message(line.lane), waiting[1:]
            draft = self.changes[request.model].decide_at_head(draft, request, work)
        return draft if draft.line is None else draft.with_line(replace(draft.line, waiting=waiting))


@dataclass(frozen=True)
class AcceptedChange(AnswerHandler[OrderChangeAccepted]):
    """``OrderChangeAccepted``: the order as fulfillment has it from now on."""

    reads = (OrderChangeAccepted,)

    def settle(self, draft: OrderDraft, request: Message[ChangeRequest], answer: OrderChangeAccepted) -> OrderDraft:
        """The counts that it carries are taken by their version."""
        handler = self.changes[request.model]
        items = tuple(map(PlacedItem.from_contract, answer.items))
        after = handler.adopt(draft.order, request, items, Billing.from_contract(answer.billing))
        after = with_counts(_without_strangers(after), answer.items, answer.version)
        return handler.conclude(draft.with_order(after), request)

    def settle_nothing(self, draft: OrderDraft, answer: OrderChangeAccepted) -> Decision:
        """Counts that are newer are taken all the same."""
        order = draft.order
        known = {item.item_id for item in order.items}
        after = with_counts(order, tuple(item for item in answer.items if item.item_id in known), answer.version)
        if after == order:
            return NOTHING
        status = status_of(after)
        if status == order.status:
            return draft.with_order(after).decision()
        after = replace(after, status=status, version=draft.next_version)
        return draft.with_order(after).emit(Emit(to_status_fact(after))).decision()


@dataclass(frozen=True)
class RefusedChange(AnswerHandler[OrderChangeRefused]):
    """``OrderChangeRefused``: the order stays as it is."""

    reads = (OrderChangeRefused,)

    def settle(self, draft: OrderDraft, request: Message[ChangeRequest], answer: OrderChangeRefused) -> OrderDraft:
        """The sender hears fulfillment's code, at the field that it is about."""
        field = self.changes[request.model].field_of(request.body, answer.code)
        return draft.refuse(request, refusal(answer.code, field, ", ".join(answer.item_ids)))


def _without_strangers(order: PlacedOrder) -> PlacedOrder:
    """The order without counts of items that were removed."""
    ids = {item.item_id for item in order.items}
    return replace(order, progress=tuple(row for row in order.progress if row.item_id in ids))
