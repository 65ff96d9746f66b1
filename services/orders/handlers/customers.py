"""A customer's default group, and notes about a customer."""

from collections.abc import Iterable

from contracts.messages.orders import CustomerGroupChanged, CustomerGroupChangeRequested, NoteSubmitted
from contracts.values.refusals import Code, Refusal, refusal
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.inbox import DecidedRequests, outcome_of
from services.engine.core.memory import find_repeat
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.customer import CustomerRecord
from services.orders.documents.note import KeptNote, note_id, note_told
from services.orders.handlers.handler import Handler
from services.orders.rules.answers import ANSWERS
from services.orders.settings import Settings


def prefetch(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The customer's settings and the requests that made them."""
    yield CustomerRecord, record_id(message)
    yield DecidedRequests, message.subject


def prefetch_note(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The place of the next note."""
    record = work.get(CustomerRecord, record_id(message)) or CustomerRecord()
    yield KeptNote, note_id(message.subject, record.notes + 1)


def decide(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """A request about a customer."""
    requests = work.get(DecidedRequests, message.subject) or DecidedRequests()
    known = find_repeat(message, requests, work)
    if known is not None:
        return Decision(emits=(ANSWERS.known(message, known),))
    record = work.get(CustomerRecord, record_id(message)) or CustomerRecord()
    refusals = message.refusals or _refusals(message, record, settings)
    if refusals:
        memory = requests.with_one(message, outcome_of(refusals), settings.settings_remembered)
        return Decision((Change(DecidedRequests, message.subject, memory),), (ANSWERS.refuse(message, refusals),))
    fact, changes = _settled(message, record)
    memory = requests.with_one(message, type(fact).__name__, settings.settings_remembered)
    return Decision((*changes, Change(DecidedRequests, message.subject, memory)), (Emit(fact),))


def _refusals(message: Message, record: CustomerRecord, settings: Settings) -> tuple[Refusal, ...]:
    if isinstance(message.body, NoteSubmitted):
        return (refusal(Code.TOO_MANY_NOTES),) if record.notes >= settings.most_notes else ()
    older = record.group_since is not None and message.time < record.group_since
    return (refusal(Code.SUPERSEDED),) if older else ()


def _settled(message: Message, record: CustomerRecord) -> tuple[Body, tuple[Change, ...]]:
    body, version = message.body, record.version + 1
    if isinstance(body, NoteSubmitted):
        number = record.notes + 1
        note = KeptNote(
            subject=message.subject,
            number=number,
            text=body.text,
            author=body.author,
            written_at=message.time,
        )
        record = replace(record, version=version, notes=number)
        changes = (
            Change(CustomerRecord, record_id(message), record),
            Change(KeptNote, note_id(message.subject, number), note),
        )
        return note_told(note, version), changes
    assert isinstance(body, CustomerGroupChangeRequested)
    record = replace(record, version=version, group=body.group, group_since=message.time)
    fact = CustomerGroupChanged(version=version, customer_id=body.customer_id, group=body.group)
    return fact, (Change(CustomerRecord, record_id(message), record),)


def record_id(message: Message) -> str:
    """The customer's document: their id without the subject's prefix."""
    return message.subject.removeprefix("customer:")


GROUPING = Handler(prefetch, decide)
NOTING = Handler(prefetch, decide, prefetch_note)
