"""Something is asked of a subscription: decided at once, parked until it is created, refused, or known already."""

from hashlib import blake2b
from typing import Final

from contracts.fulfillment import RequestRepeated, SentOn
from contracts.judging import read_again
from contracts.refusals import Code, Refusal, refusal
from contracts.serials import normalised
from services.engine.heard import WAITING, recognise, remember
from services.engine.inbox import outcome_of
from services.engine.kept import revised
from services.engine.message import Message, Origin
from services.engine.service import NOTHING, Change, Decision, Desk, Say
from services.fulfillment.answers import ANSWERS
from services.fulfillment.asset import Asset
from services.fulfillment.book import Book
from services.fulfillment.ledger import Ledger
from services.fulfillment.life import PATIENT, WISHES, LifeRequest, decided
from services.fulfillment.parking import parked, scheduled, wish_notice
from services.fulfillment.request import Wish, wished
from services.fulfillment.settings import Settings

SENT_ON_KEPT: Final = 2000
"""Requests sent on that an order remembers by their place in the log, the newest: as many as a batch has records, for a
lane that is taken over says all of its last batch again."""


def subscription_asked(settings: Settings, message: Message, desk: Desk) -> Decision:
    """A request that named the subscription: one answer, whatever it asks."""
    ledger = desk.get(Ledger, message.subject) or Ledger()
    return _asked(settings, message, desk, ledger)


def sent_on(settings: Settings, message: Message, desk: Desk) -> Decision:
    """``SentOn``: the request as if it had come here at once. Said again after a fault it is no repeat of anybody's."""
    body = message.body
    assert isinstance(body, SentOn)
    first = _first(message, body)
    ledger = desk.get(Ledger, message.subject) or Ledger()
    place = blake2b(first.origin.address.encode(), digest_size=8).digest()
    before = ledger.sent_on or ()
    if place in before:
        return NOTHING
    ledger = revised(ledger, sent_on=(*before[1 - SENT_ON_KEPT :], place))
    decision = _asked(settings, first, desk, ledger)
    if any(change.kind is Ledger for change in decision.changes) or not _may_differ(decision):
        return decision
    return Decision((Change(Ledger, message.subject, ledger), *decision.changes), decision.says)


def _may_differ(decision: Decision) -> bool:
    """Whether the same answer, given again later, might say something else: a repeat of what still waits."""
    return any(isinstance(say.body, RequestRepeated) and say.body.outcome == WAITING for say in decision.says)


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


def _asked(settings: Settings, message: Message, desk: Desk, ledger: Ledger) -> Decision:
    known = recognise(message, ledger, desk)
    if known is not None:
        return Decision(says=(ANSWERS.known(message, known),))
    body = message.body
    if not isinstance(body, LifeRequest):
        return _refused(settings, message, desk, ledger, message.refusals)
    wish = wished(message, body)
    if ledger.may_still_create(wish.number):
        return _not_yet(settings, message, desk, ledger, wish, body)
    book = Book(ledger, message.subject, desk)
    result = decided(book, wish, body, lambda serial: desk.get(Asset, serial), settings)
    heard = remember(result.book.ledger.heard, message, result.outcome)
    book = result.book.with_ledger(revised(result.book.ledger, heard=heard))
    assets = tuple(Change(Asset, serial, asset) for serial, asset in result.assets.items())
    says = tuple(Say(said, message.cause) for said in result.says)
    return Decision((*book.changes(), *assets), says)


def _not_yet(
    settings: Settings, message: Message, desk: Desk, ledger: Ledger, wish: Wish, body: LifeRequest
) -> Decision:
    """The subscription is not known: the parcel, the return and the cancellation wait for the scan that creates it."""
    if not isinstance(body, PATIENT):
        return _refused(settings, message, desk, ledger, (refusal(Code.SUBSCRIPTION_UNKNOWN, "subscription_id"),))
    if body.serial is not None and normalised(body.serial) is None:
        return _refused(settings, message, desk, ledger, (refusal(Code.SERIAL_INVALID, "serial"),))
    waited = desk.clock(message.lane).waited
    waiting = parked(ledger, wish, body, message.lane, waited, settings)
    if waiting is None:
        return _refused(settings, message, desk, ledger, (refusal(Code.PARKING_FULL),))
    waiting = revised(waiting, heard=remember(ledger.heard, message, WAITING))
    notice = wish_notice(message.subject, wish, body, ledger.awaits(), settings)
    return Decision((Change(Ledger, message.subject, waiting),), (Say(notice, message.cause),))


def _refused(
    settings: Settings, message: Message, desk: Desk, ledger: Ledger, refusals: tuple[Refusal, ...]
) -> Decision:
    """Refused as a whole; its identity is remembered, for a day where no order is known."""
    heard = remember(ledger.heard, message, outcome_of(refusals))
    waited = desk.clock(message.lane).waited
    ledger = scheduled(revised(ledger, heard=heard), message.lane, waited, settings)
    return Decision((Change(Ledger, message.subject, ledger),), (ANSWERS.refuse(message, refusals),))
