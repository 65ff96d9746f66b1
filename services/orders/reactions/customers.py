"""A customer's default group, and notes about a customer."""

from collections.abc import Iterable

from contracts.message import Body
from contracts.orders import CustomerGroupChanged, CustomerGroupChangeRequested, NoteSubmitted
from contracts.refusals import Code, Refusal, refusal
from services.engine.heard import recognise
from services.engine.inbox import DecidedRequests, outcome_of
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import Change, Decision, Desk, Key, Page, Say
from services.orders.answers import ANSWERS
from services.orders.customer import CustomerRecord
from services.orders.notes import KeptNote, note_id, note_told
from services.orders.reactions.reaction import CUSTOMERS, DECIDED_REQUESTS, NOTES, Reaction
from services.orders.settings import Settings


def needs(message: Message, settings: Settings) -> Iterable[Key | Page]:  # noqa: ARG001
    """The customer's settings and the requests that made them."""
    yield CUSTOMERS, record_id(message)
    yield DECIDED_REQUESTS, message.subject


def needs_note(message: Message, desk: Desk, settings: Settings) -> Iterable[Key | Page]:  # noqa: ARG001
    """The place of the next note."""
    record = desk.get(CustomerRecord, record_id(message)) or CustomerRecord()
    yield NOTES, note_id(message.subject, record.notes + 1)


def decide(message: Message, desk: Desk, settings: Settings) -> Decision:
    """A request about a customer."""
    requests = desk.get(DecidedRequests, message.subject) or DecidedRequests()
    known = recognise(message, requests, desk)
    if known is not None:
        return Decision(says=(ANSWERS.known(message, known),))
    record = desk.get(CustomerRecord, record_id(message)) or CustomerRecord()
    refusals = message.refusals or _refusals(message, record, settings)
    if refusals:
        memory = requests.with_one(message, outcome_of(refusals), settings.settings_remembered)
        return Decision((Change(DecidedRequests, message.subject, memory),), (ANSWERS.refuse(message, refusals),))
    fact, changes = _settled(message, record)
    memory = requests.with_one(message, type(fact).__name__, settings.settings_remembered)
    return Decision((*changes, Change(DecidedRequests, message.subject, memory)), (Say(fact),))


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
        record = revised(record, version=version, notes=number)
        changes = (
            Change(CustomerRecord, record_id(message), record),
            Change(KeptNote, note_id(message.subject, number), note),
        )
        return note_told(note, version), changes
    assert isinstance(body, CustomerGroupChangeRequested)
    record = revised(record, version=version, group=body.group, group_since=message.time)
    fact = CustomerGroupChanged(version=version, customer_id=body.customer_id, group=body.group)
    return fact, (Change(CustomerRecord, record_id(message), record),)


def record_id(message: Message) -> str:
    """The customer's document: their id without the subject's prefix."""
    return message.subject.removeprefix("customer:")


GROUPING = Reaction(needs, decide)
NOTING = Reaction(needs, decide, needs_note)
