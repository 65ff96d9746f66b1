"""Something is asked of a subscription: decided at once, parked until it is created, refused, or known already."""

from hashlib import blake2b
from typing import Final

from contracts.messages.fulfillment import RequestRepeated, SentOn
from contracts.values.judging import read_again
from contracts.values.refusals import Code, Refusal, refusal
from contracts.values.serials import normalised
from services.engine.core.document import replace
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import WAITING, find_repeat, record_processed
from services.engine.core.message import Message, Origin
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.documents.request import Wish, wished
from services.fulfillment.rules.answers import ANSWERS
from services.fulfillment.rules.life import PATIENT, WISHES, LifeRequest, decided
from services.fulfillment.rules.parking import parked, scheduled, wish_notice
from services.fulfillment.settings import Settings

SENT_ON_KEPT: Final = 2000
"""Requests sent on that an order remembers by their place in the log, the newest: as many as a batch has records, for a
lane that is taken over says all of its last batch again."""


def subscription_asked(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """A request that named the subscription: one answer, whatever it asks."""
    ledger = work.get(Ledger, message.subject) or Ledger()
    return _asked(settings, message, work, ledger)


def sent_on(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """``SentOn``: the request as if it had come here at once. Said again after a fault it is no repeat of anybody's."""
    body = message.body
    assert isinstance(body, SentOn)
    first = _first(message, body)
    ledger = work.get(Ledger, message.subject) or Ledger()
    place = blake2b(first.origin.address.encode(), digest_size=8).digest()
    before = ledger.sent_on or ()
    if place in before:
        return NOTHING
    ledger = replace(ledger, sent_on=(*before[1 - SENT_ON_KEPT :], place))
    decision = _asked(settings, first, work, ledger)
    if any(change.kind is Ledger for change in decision.changes) or not _may_differ(decision):
        return decision
    return Decision((Change(Ledger, message.subject, ledger), *decision.changes), decision.emits)


def _may_differ(decision: Decision) -> bool:
    """Whether the same answer, given again later, might say something else: a repeat of what still waits."""
    return any(isinstance(say.body, RequestRepeated) and say.body.outcome == WAITING for say in decision.emits)


def _first(message: Message, body: SentOn) -> Message:
    """The request as its sender sent it, at home in the order's lane."""
    return Message(
        model=WISHES[body.request],
        body=read_again(WISHES[body.request], body.body),
        refusals=(),
        data=None,
        source=body.request_source,
        id=body.request_id,
        time=body.time,
        recorded=message.recorded,
        clock_suspect=body.clock_suspect,
        subjects=message.subjects,
        lane=message.lane,
        origin=Origin(body.first_topic, body.incarnation, body.partition, body.offset, body.timestamp),
    )


def _asked(settings: Settings, message: Message, work: UnitOfWork, ledger: Ledger) -> Decision:
    known = find_repeat(message, ledger, work)
    if known is not None:
        return Decision(emits=(ANSWERS.known(message, known),))
    body = message.body
    if not isinstance(body, LifeRequest):
        return _refused(settings, message, work, ledger, message.refusals)
    wish = wished(message, body)
    if ledger.may_still_create(wish.number):
        return _not_yet(settings, message, work, ledger, wish, body)
    book = Book(ledger, message.subject, work)
    result = decided(book, wish, body, lambda serial: work.get(Asset, serial), settings)
    heard = record_processed(result.book.ledger.heard, message, result.outcome)
    book = result.book.with_ledger(replace(result.book.ledger, heard=heard))
    assets = tuple(Change(Asset, serial, asset) for serial, asset in result.assets.items())
    emits = tuple(Emit(said, message.cause) for said in result.emits)
    return Decision((*book.changes(), *assets), emits)


def _not_yet(
    settings: Settings, message: Message, work: UnitOfWork, ledger: Ledger, wish: Wish, body: LifeRequest
) -> Decision:
    """The subscription is not known: the parcel, the return and the cancellation wait for the scan that creates it."""
    if not isinstance(body, PATIENT):
        return _refused(settings, message, work, ledger, (refusal(Code.SUBSCRIPTION_UNKNOWN, "subscription_id"),))
    if body.serial is not None and normalised(body.serial) is None:
        return _refused(settings, message, work, ledger, (refusal(Code.SERIAL_INVALID, "serial"),))
    waited = work.clock(message.lane).waited
    waiting = parked(ledger, wish, body, message.lane, waited, settings)
    if waiting is None:
        return _refused(settings, message, work, ledger, (refusal(Code.PARKING_FULL),))
    waiting = replace(waiting, heard=record_processed(ledger.heard, message, WAITING))
    notice = wish_notice(message.subject, wish, body, ledger.awaits(), settings)
    return Decision((Change(Ledger, message.subject, waiting),), (Emit(notice, message.cause),))


def _refused(
    settings: Settings, message: Message, work: UnitOfWork, ledger: Ledger, refusals: tuple[Refusal, ...]
) -> Decision:
    """Refused as a whole; its identity is remembered, for a day where no order is known."""
    heard = record_processed(ledger.heard, message, outcome_of(refusals))
    waited = work.clock(message.lane).waited
    ledger = scheduled(replace(ledger, heard=heard), message.lane, waited, settings)
    return Decision((Change(Ledger, message.subject, ledger),), (ANSWERS.refuse(message, refusals),))
