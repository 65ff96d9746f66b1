"""``NoteSubmitted``: a note about an order or a customer; its subject tells which, also when its shape is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.messages.orders import NoteSubmitted
from contracts.values.refusals import Code, refusal
from services.engine.core.document import replace
from services.engine.core.handler import Handler
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.customer import CustomerRecord
from services.orders.documents.note import KeptNote, note_id
from services.orders.documents.order import PlacedOrder
from services.orders.handlers.draft import OrderDraft
from services.orders.handlers.subjects import CustomerRequestHandler, record_id
from services.orders.handlers.waiting import OrderRequestHandler


@dataclass(frozen=True)
class Notes(Handler[NoteSubmitted | None]):
    """Hands a note on to whom it is about."""

    about_orders: "OrderNotes"
    about_customers: "CustomerNotes"
    reads = (NoteSubmitted,)

    def prefetch(self, message: Message[NoteSubmitted | None]) -> Iterable[Want]:
        """As for its subject."""
        return self._handler(message).prefetch(message)

    def prefetch_related(self, message: Message[NoteSubmitted | None], work: UnitOfWork) -> Iterable[Want]:
        """As for its subject."""
        return self._handler(message).prefetch_related(message, work)

    def decide(self, message: Message[NoteSubmitted | None], work: UnitOfWork) -> Decision:
        """As for its subject."""
        return self._handler(message).decide(message, work)

    def _handler(self, message: Message[NoteSubmitted | None]) -> "OrderNotes | CustomerNotes":
        return self.about_customers if message.subject.startswith("customer:") else self.about_orders


@dataclass(frozen=True)
class OrderNotes(OrderRequestHandler[NoteSubmitted]):
    """A note about an order waits for it like any other request."""

    reads = (NoteSubmitted,)

    def prefetch_related(self, message: Message[NoteSubmitted | None], work: UnitOfWork) -> Iterable[Want]:
        """The place of the next note, and the order's line."""
        yield from super().prefetch_related(message, work)
        order = work.get(PlacedOrder, message.subject)
        if order is not None:
            yield KeptNote, note_id(message.subject, order.notes + 1)

    def change(self, draft: OrderDraft, message: Message[NoteSubmitted], work: UnitOfWork) -> OrderDraft:
        """One more note."""
        del work
        if draft.order.notes >= self.settings.most_notes:
            return draft.refuse(message, refusal(Code.TOO_MANY_NOTES))
        return add_note(draft, message, message.body.text, message.body.author).record(message, "NoteAdded")


def add_note(draft: OrderDraft, message: Message, text: str, author: str) -> OrderDraft:
    """The order with one more note, written at the message's time."""
    order = replace(draft.order, version=draft.next_version, notes=draft.order.notes + 1)
    note = KeptNote(subject=order.order_id, number=order.notes, text=text, author=author, written_at=message.time)
    draft = draft.with_order(order).with_document(KeptNote, note_id(note.subject, note.number), note)
    return draft.emit(Emit(note.to_fact(order.version), message.cause))


@dataclass(frozen=True)
class CustomerNotes(CustomerRequestHandler[NoteSubmitted]):
    """A note about a customer."""

    reads = (NoteSubmitted,)

    def prefetch_related(self, message: Message[NoteSubmitted | None], work: UnitOfWork) -> Iterable[Want]:
        """The place of the next note."""
        record = work.get(CustomerRecord, record_id(message)) or CustomerRecord()
        yield KeptNote, note_id(message.subject, record.notes + 1)

    def accept(self, message: Message[NoteSubmitted], work: UnitOfWork) -> Decision:
        """One more note."""
        record = work.get(CustomerRecord, record_id(message)) or CustomerRecord()
        if record.notes >= self.settings.most_notes:
            return self.refuse(message, (refusal(Code.TOO_MANY_NOTES),), work)
        record = replace(record, version=record.version + 1, notes=record.notes + 1)
        note = KeptNote(
            subject=message.subject,
            number=record.notes,
            text=message.body.text,
            author=message.body.author,
            written_at=message.time,
        )
        changes = (
            Change(CustomerRecord, record_id(message), record),
            Change(KeptNote, note_id(note.subject, note.number), note),
        )
        return self.settle(message, note.to_fact(record.version), changes, work)
