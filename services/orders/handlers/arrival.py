"""A submission becomes an order, and what waited for it is decided, in the order in which it came."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contracts.messages.changes import OrderCancellationRequested
from contracts.messages.orders import OrderPlaced, OrderSubmitted
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.document import replace
from services.engine.core.memory import record_processed
from services.engine.core.message import Message
from services.engine.core.service import Change, Emit, UnitOfWork, Want
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.customer import CustomerRecord, KnownCustomer, as_known, customer_id, known_ids
from services.orders.documents.note import KeptNote, note_id
from services.orders.documents.variant import Variant
from services.orders.handlers.cancelling import emit_cancelled
from services.orders.handlers.draft import OrderDraft
from services.orders.handlers.notes import add_note
from services.orders.handlers.prices import await_prices
from services.orders.handlers.waiting import OrderRequestHandler, OrderRequestHandlers
from services.orders.rules.believing import believe
from services.orders.rules.content import find_differences, fingerprints
from services.orders.rules.contract import to_contract
from services.orders.rules.placing import place
from services.orders.rules.releasing import cancel
from services.orders.rules.submission import look_at, skus_of, submission_refusals

Submission = Message[OrderSubmitted]
Catalog = dict[str, Variant]


@dataclass(frozen=True)
class Arrival(OrderRequestHandler[OrderSubmitted]):
    """What a submission is judged by, and how it is placed; ``requests`` decide what waited for the order."""

    requests: OrderRequestHandlers

    def change(self, draft: OrderDraft, message: Submission, work: UnitOfWork) -> OrderDraft:
        """The first accepted submission stands: the same again is a repeat, another one under its id a conflict."""
        del work
        fields = find_differences(draft.order.submitted, fingerprints(message.body))
        if fields:
            return draft.refuse(message, *(refusal(Code.ORDER_CONFLICT, field) for field in fields))
        return draft.repeat_effect(message)

    def judge(self, message: Message[OrderSubmitted | None], work: UnitOfWork) -> tuple[Catalog, tuple[Refusal, ...]]:
        """The variants that it names, as far as the catalog has them, and what stands against it beyond its shape."""
        order = look_at(message, self.settings)
        found = ((sku, work.get(Variant, sku)) for sku in order.skus())
        catalog = {sku: variant for sku, variant in found if variant is not None}
        return catalog, submission_refusals(order, catalog, self.settings)

    def wake(self, awaited: AwaitedOrder, work: UnitOfWork) -> OrderDraft | None:
        """The order placed by the first waiting submission against which nothing stands now; None: there is none."""
        for parked in awaited.submissions:
            submission = parked.message_of(OrderSubmitted, awaited.lane)
            catalog, refusals = self.judge(submission, work)
            if not refusals:
                return self.place(submission, catalog, awaited.without(parked), work)
        return None

    def place(
        self, message: Submission, catalog: Catalog, awaited: AwaitedOrder | None, work: UnitOfWork
    ) -> OrderDraft:
        """The order is placed by this submission, which broke no rule; ``awaited`` is what waited for it beside it."""
        body = message.body
        known = {id_: work.get(KnownCustomer, id_) for id_ in known_ids(body.customer, test=body.test)}
        order = place(
            body,
            at=message.time,
            clock_suspect=message.clock_suspect,
            catalog=catalog,
            record=work.get(CustomerRecord, customer_id(body.customer)) if body.customer.type == "business" else None,
            known=tuple(one for one in known.values() if one is not None),
            settings=self.settings,
        )
        earlier = () if awaited is None else awaited.heard
        order = replace(order, version=1, heard=record_processed(earlier, message, "OrderPlaced"))
        draft = OrderDraft(order)
        unknown = [id_ for id_, one in known.items() if one is None]
        if unknown:
            noted = as_known(body.customer)
            draft = draft.with_documents(Change(KnownCustomer, id_, noted) for id_ in unknown)
        draft = self._emit_placed(draft, message, awaited)
        for note in body.notes:
            draft = add_note(draft, message, note.text, note.author)
        if awaited is not None:
            draft = self._drain(draft, awaited, work).with_document(AwaitedOrder, order.order_id, None)
        return draft if draft.order.cancelled_at is not None else draft.emit(*await_prices(draft.order))

    def prefetch_to_place(self, message: Message[OrderSubmitted | None]) -> Iterable[Want]:
        """What is asked for when it is judged and placed: variants, the customer's documents, those of its notes."""
        for sku in skus_of(message, self.settings):
            yield Variant, sku
        body = message.body
        if body is None:
            return
        for known in known_ids(body.customer, test=body.test):
            yield KnownCustomer, known
        if body.customer.type == "business":
            yield CustomerRecord, customer_id(body.customer)
        for number in range(1, min(len(body.notes), self.settings.most_notes_submitted) + 1):
            yield KeptNote, note_id(body.order_id, number)

    def prefetch_to_drain(self, body: OrderSubmitted, awaited: AwaitedOrder) -> Iterable[Want]:
        """Documents for the notes that wait for the order, and what the other requests that wait ask for."""
        brought = len(body.notes)
        for number in range(brought + 1, brought + len(awaited.requests) + 1):
            yield KeptNote, note_id(body.order_id, number)
        for parked in awaited.requests:
            request = parked.message(awaited.lane)
            yield from self.requests[request.model].prefetch_waiting(request, None)

    def prefetch_to_wake(self, awaited: AwaitedOrder) -> Iterable[Want]:
        """What the submissions that wait ask for: one of them may be placed."""
        for parked in awaited.submissions:
            submission = parked.message_of(OrderSubmitted, awaited.lane)
            yield from self.prefetch_to_place(submission)
            yield from self.prefetch_to_drain(submission.body, awaited)

    def _emit_placed(self, draft: OrderDraft, message: Submission, awaited: AwaitedOrder | None) -> OrderDraft:
        """The order is placed; cancelled at once if a cancellation came before it, which is answered behind it."""
        first = None if awaited is None else awaited.cancellation
        if first is None:
            return draft.emit(Emit(OrderPlaced(version=1, order=to_contract(draft.order)), message.cause))
        cancellation = first.message_of(OrderCancellationRequested, message.lane)
        cancellation = believe(cancellation, draft.order, self.settings)
        order = cancel(draft.order, cancellation.time)
        placed = Emit(OrderPlaced(version=1, order=to_contract(order)), message.cause)
        return emit_cancelled(draft.with_order(order).emit(placed), cancellation)

    def _drain(self, draft: OrderDraft, awaited: AwaitedOrder, work: UnitOfWork) -> OrderDraft:
        """Decides what waited for the order, other submissions of it too."""
        for parked in awaited.parked:
            request = parked.message(awaited.lane)
            handler: OrderRequestHandler[Any] = self if parked.is_submission else self.requests[request.model]
            draft = handler.decide_behind(draft, request, work)
        return draft
