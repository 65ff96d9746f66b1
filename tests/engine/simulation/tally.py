"""A service made for the simulator: a counter for each subject, a token that one counter may hold, a transfer to
another subject, a continuation, a page of what it holds, requests that are refused by state, and what is said once a
batch.

Small on purpose, with one of everything that the real services do.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.messages.answers import Refused, Repeated
from contracts.values.refusals import Code, refusal
from contracts.values.words import Whole
from contracts.wire.message import Body, Fact, Internal, Request
from services.engine.core.document import Document, field, replace, replace_by
from services.engine.core.inbox import Answers
from services.engine.core.memory import PROCESSED, LongMemory, Processed, find_repeat, record_processed, refused
from services.engine.core.message import Message
from services.engine.core.service import Change, Collection, Decision, Emit, Page, Service, UnitOfWork, Want

REQUESTS, EVENTS, INTERNAL = "tally.requests", "tally.events", "tally.internal"
Amount = Annotated[int, Field(ge=1, le=1000)]
ABOUT: tuple[tuple[str, str], ...] = (("counter", ""),)


class _Ours:
    service: ClassVar[str] = "tally"
    about: ClassVar[tuple[tuple[str, str], ...]] = ABOUT


class AddRequested(_Ours, Request):
    topic: ClassVar[str] = REQUESTS
    counter: str
    amount: Amount
    note: int | None = None


class SpendRequested(_Ours, Request):
    topic: ClassVar[str] = REQUESTS
    counter: str
    amount: Amount


class TokenRequested(_Ours, Request):
    topic: ClassVar[str] = REQUESTS
    counter: str
    token: str
    give_back: bool = False


class TransferRequested(_Ours, Request):
    topic: ClassVar[str] = REQUESTS
    counter: str
    to: str
    amount: Amount


class StepsRequested(_Ours, Request):
    topic: ClassVar[str] = REQUESTS
    counter: str
    steps: Amount


class TransferArrived(_Ours, Internal):
    topic: ClassVar[str] = INTERNAL
    counter: str
    sender: str
    number: Whole
    amount: Whole


class StepDue(_Ours, Internal):
    topic: ClassVar[str] = INTERNAL
    counter: str
    left: Whole
    run: Whole


class Counted(_Ours, Fact):
    """Carries the part ``total``."""

    topic: ClassVar[str] = EVENTS
    counter: str
    total: int
    changes: int


class TokensChanged(_Ours, Fact):
    """Carries the part ``tokens``."""

    topic: ClassVar[str] = EVENTS
    counter: str
    tokens: tuple[str, ...]


class BatchEnded(_Ours, Fact):
    """Said once for each counter and batch; carries no part."""

    topic: ClassVar[str] = EVENTS
    counter: str
    changes: int


class TallyRefused(Refused):
    service: ClassVar[str] = "tally"
    topic: ClassVar[str] = EVENTS


class TallyRepeated(Repeated):
    service: ClassVar[str] = "tally"
    topic: ClassVar[str] = EVENTS


ANSWERS = Answers(TallyRefused, TallyRepeated)


class Counter(LongMemory):
    version: int = 0
    total: int = 0
    changes: int = 0
    told: int = 0
    tokens: tuple[str, ...] = ()
    sent: int = 0
    arrived: dict[str, int] = field(default_factory=dict)
    run: int = 0
    left: int = 0
    note: int | None = None
    cursed: bool = False
    kept_here: ClassVar[int] = 2


class Token(Document):
    token: str
    holder: str


REFUSED = {
    "poor": Code.ORDER_CONFLICT,
    "busy": Code.PARKING_FULL,
    "taken": Code.SERIAL_IN_USE,
    "not held": Code.ITEM_UNKNOWN,
}


def prefetch(message: Message) -> list[Want]:
    """Some of it: the rest is loaded when a decision asks for it."""
    wants: list[Want] = [(Counter, message.subject)]
    if isinstance(message.body, TokenRequested):
        wants.append(held_by(message.subject) if message.body.give_back else (Token, message.body.token))
    return wants


def held_by(counter: str) -> Page[Token]:
    """The tokens that a counter holds, those of the same batch apart."""
    return Page(Token, equal=(("holder", counter),))


def decide(message: Message, work: UnitOfWork) -> Decision:
    """The whole business."""
    counter = work.get(Counter, message.subject) or Counter()
    if isinstance(message.body, TransferArrived | StepDue):
        return _internal(message.body, message.subject, counter)
    known = find_repeat(message, counter, work)
    if known is not None:
        return Decision(emits=(ANSWERS.known(message, known),))
    if message.body is None:
        return _refuse(message, counter, tuple(r.code for r in message.refusals))
    return _request(message, counter, work)


def _request(message: Message, counter: Counter, work: UnitOfWork) -> Decision:
    body, subject = message.body, message.subject
    if isinstance(body, AddRequested):
        return _counted(message, counter, counter.total + body.amount, note=body.note)
    if isinstance(body, SpendRequested):
        if body.amount > counter.total:
            return _refuse(message, counter, (REFUSED["poor"],))
        return _counted(message, counter, counter.total - body.amount)
    if isinstance(body, TransferRequested):
        if body.amount > counter.total or body.to == subject:
            return _refuse(message, counter, (REFUSED["poor"],))
        sent = counter.sent + 1
        arrived = TransferArrived(counter=body.to, sender=subject, number=sent, amount=body.amount)
        return _counted(message, counter, counter.total - body.amount, sent=sent, then=arrived)
    if isinstance(body, StepsRequested):
        if counter.left:
            return _refuse(message, counter, (REFUSED["busy"],))
        run = counter.run + 1
        due = StepDue(counter=subject, left=body.steps, run=run)
        return _counted(message, counter, counter.total, run=run, left=body.steps, then=due)
    assert isinstance(body, TokenRequested)
    return _token(body, message, counter, work)


def _token(body: TokenRequested, message: Message, counter: Counter, work: UnitOfWork) -> Decision:
    subject = message.subject
    if body.give_back:
        assert all(id_ in counter.tokens for id_, _ in work.page(held_by(subject))), "a page of another time"
        if body.token not in counter.tokens:
            return _refuse(message, counter, (REFUSED["not held"],))
        if len(body.token) % 2 == 0:  # now and then a decision asks for what nobody announced
            work.get(Token, body.token)
        tokens = tuple(t for t in counter.tokens if t != body.token)
        held = Change(Token, body.token, None)
        work.get(Token, body.token)
    else:
        holder = work.get(Token, body.token)
        if holder is not None:
            return _refuse(message, counter, (REFUSED["taken"],))
        tokens = (*counter.tokens, body.token)
        held = Change(Token, body.token, Token(token=body.token, holder=subject))
    version = counter.version + 1
    heard = record_processed(counter.heard, message, "TokensChanged")
    after = replace(counter, version=version, tokens=tokens, heard=heard)
    fact = TokensChanged(counter=subject, version=version, tokens=tokens)
    return Decision((Change(Counter, subject, after), held), (Emit(fact),))


def _counted(
    message: Message, counter: Counter, total: int, then: Body | None = None, **others: int | None
) -> Decision:
    heard = record_processed(counter.heard, message, "Counted")
    return _said(message.subject, counter, total, then, heard=heard, **others)


def _said(subject: str, counter: Counter, total: int, then: Body | None = None, **others: object) -> Decision:
    version, changes = counter.version + 1, counter.changes + 1
    after = replace(replace_by(counter, others), version=version, total=total, changes=changes)
    emits: list[Body] = [Counted(counter=subject, version=version, total=total, changes=changes)]
    if then is not None:
        emits.append(then)
    return Decision((Change(Counter, subject, after),), tuple(Emit(body) for body in emits))


def _refuse(message: Message, counter: Counter, codes: tuple[Code, ...]) -> Decision:
    heard = record_processed(counter.heard, message, refused(codes))
    answer = TallyRefused(subject=message.subject, refusals=tuple(refusal(code) for code in codes))
    return Decision((Change(Counter, message.subject, replace(counter, heard=heard)),), (Emit(answer),))


def _internal(body: TransferArrived | StepDue, subject: str, counter: Counter) -> Decision:
    """What the service says to itself keeps no ids: its state recognises the repeat."""
    if isinstance(body, TransferArrived):
        if body.number <= counter.arrived.get(body.sender, 0):
            return Decision()
        arrived = {**counter.arrived, body.sender: body.number}
        return _said(subject, counter, counter.total + body.amount, arrived=arrived)
    if (body.run, body.left) != (counter.run, counter.left) or not body.left:
        return Decision()
    left = body.left - 1
    then = StepDue(counter=subject, left=left, run=body.run) if left else None
    return _said(subject, counter, counter.total + 1, then, left=left)


def on_batch_end(_message: Message, change: Change, _desk: UnitOfWork) -> Decision:
    """Once for each counter and batch."""
    counter = change.document
    if not isinstance(counter, Counter) or counter.changes == counter.told:
        return Decision()
    version = counter.version + 1
    after = replace(counter, version=version, told=counter.changes)
    fact = BatchEnded(counter=change.id, version=version, changes=counter.changes)
    return Decision((Change(Counter, change.id, after),), (Emit(fact),))


SERVICE = Service(
    name="tally",
    reads=(
        AddRequested,
        SpendRequested,
        TokenRequested,
        TransferRequested,
        StepsRequested,
        TransferArrived,
        StepDue,
    ),
    collections=(
        Collection("counters", Counter),
        Collection("tokens", Token, (("holder",),)),
        Collection(PROCESSED, Processed),
    ),
    prefetch=prefetch,
    decide=decide,
    on_batch_end=on_batch_end,
    batch_end_kinds=(Counter,),
)
