"""Something is asked of a subscription: decided at once, parked until it is created, refused, or known already.

What named a serial alone comes to the serial's home, which sends it on to the order that has the device.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, get_args

from contracts.messages.fulfillment import RequestRepeated, SentOn
from contracts.values.judging import read_again
from contracts.values.refusals import Code, refusal
from contracts.values.serials import normalised
from services.engine.core.document import replace
from services.engine.core.handler import FactHandler, Handler
from services.engine.core.memory import WAITING, find_repeat, record_processed
from services.engine.core.message import Message, Origin
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork, Want
from services.fulfillment.documents.asset import Asset, assets_in, refs_of
from services.fulfillment.documents.book import open_book, pages_of
from services.fulfillment.documents.ledger import Ledger, find_ledger
from services.fulfillment.documents.request import LifeRequest, number_in
from services.fulfillment.documents.serial_home import SENT_ON, find_order
from services.fulfillment.handlers.ledger_requests import LedgerRequestHandler
from services.fulfillment.handlers.serial_requests import SerialRequestHandler, find_home, is_at_serial, serial_of
from services.fulfillment.rules.answers import ANSWERS
from services.fulfillment.rules.life import LIFE_BODIES, PATIENT, LifeBody, decide_request, named_serials
from services.fulfillment.rules.parking import notice_of_request

SENT_ON_KEPT: Final = 2000
"""Requests sent on that an order remembers by their place in the log, the newest: as many as a batch has records, for a
lane that is taken over says all of its last batch again."""


@dataclass(frozen=True)
class AskingOfSubscription(Handler[LifeBody | None]):
    """Hands a request on to whoever decides it where it is at home; its subject tells, also when its shape is wrong."""

    at_order: "DecidingAtOrder"
    at_serial: "SendingOn"
    reads = get_args(LifeBody)

    def prefetch(self, message: Message[LifeBody | None]) -> Iterable[Want]:
        """As for its subject."""
        return self._handler(message).prefetch(message)

    def prefetch_related(self, message: Message[LifeBody | None], work: UnitOfWork) -> Iterable[Want]:
        """As for its subject."""
        return self._handler(message).prefetch_related(message, work)

    def decide(self, message: Message[LifeBody | None], work: UnitOfWork) -> Decision:
        """As for its subject."""
        return self._handler(message).decide(message, work)

    def _handler(self, message: Message[LifeBody | None]) -> "DecidingAtOrder | SendingOn":
        return self.at_serial if is_at_serial(message) else self.at_order


@dataclass(frozen=True)
class DecidingAtOrder(LedgerRequestHandler[LifeBody]):
    """A request that named the subscription: one answer, whatever it asks."""

    reads = get_args(LifeBody)

    def prefetch(self, message: Message[LifeBody | None]) -> Iterable[Want]:
        """The ledger and the devices that are named."""
        yield Ledger, message.subject
        if message.body is not None:
            yield from refs_of(named_serials(message.body))

    def prefetch_related(self, message: Message[LifeBody | None], work: UnitOfWork) -> Iterable[Want]:
        """The device of the subscription that is named or, where that lies on a page, the page."""
        ledger = work.get(Ledger, message.subject)
        if ledger is None or message.body is None or message.body.subscription_id is None:
            return ()
        number = number_in(message.body.subscription_id)
        if not 1 <= number <= ledger.count:
            return ()
        if number > len(ledger.entries):
            return pages_of(message.subject, ledger, (number,))
        return ((Asset, ledger.entries[number - 1].serial),)

    def accept(self, message: Message[LifeBody], work: UnitOfWork) -> Decision:
        """Decided now, unless a scan may still create the subscription."""
        request, book = LifeRequest.from_message(message), open_book(work, message.subject)
        if book.ledger.may_still_create(request.number):
            return self._wait_for_scan(request, message, work)
        result = decide_request(book, request, message.body, assets_in(work), self.settings)
        heard = record_processed(result.book.ledger.heard, message, result.outcome)
        book = result.book.with_ledger(replace(result.book.ledger, heard=heard))
        assets = (Change(Asset, serial, asset) for serial, asset in result.assets.items())
        return Decision((*book.changes(), *assets), tuple(Emit(body, message.cause) for body in result.emits))

    def _wait_for_scan(self, request: LifeRequest, message: Message[LifeBody], work: UnitOfWork) -> Decision:
        """The subscription is not known: the parcel, the return and the cancellation wait for what creates it."""
        body = message.body
        if not isinstance(body, PATIENT):
            return self.refuse(message, (refusal(Code.SUBSCRIPTION_UNKNOWN, "subscription_id"),), work)
        if body.serial is not None and normalised(body.serial) is None:
            return self.refuse(message, (refusal(Code.SERIAL_INVALID, "serial"),), work)
        awaits = find_ledger(work, message.subject).awaits()
        return self.wait(
            message, request, notice_of_request(message.subject, request, body, awaits, self.settings), work
        )


@dataclass(frozen=True)
class SendingOn(SerialRequestHandler[LifeBody]):
    """A request that named a serial alone: sent on to the order that has the device, or had it last."""

    reads = get_args(LifeBody)

    def find_known(self, message: Message[LifeBody | None], work: UnitOfWork) -> Emit | None:
        """A repeat follows the first one, wherever the device is now: the order knows it for what it is."""
        known = find_repeat(message, find_home(message, work), work)
        if known is None:
            return None
        order_id = find_order(known.first)
        if known.kind == "id_reused" or order_id is None or message.body is None:
            return ANSWERS.known(message, known)
        return Emit(_to_sent_on(message, message.body, order_id))

    def accept(self, message: Message[LifeBody], work: UnitOfWork) -> Decision:
        """Sent on, unless no order ever had the device."""
        asset = work.get(Asset, serial_of(message))
        if asset is None or asset.last_order is None:
            return self.refuse(message, (refusal(Code.SERIAL_UNKNOWN, "serial"),), work)
        remembered = self.record(message, f"{SENT_ON}{asset.last_order}", work)
        return Decision((remembered,), (Emit(_to_sent_on(message, message.body, asset.last_order)),))


def _to_sent_on(message: Message, body: LifeBody, order_id: str) -> SentOn:
    origin = message.origin
    return SentOn(
        order_id=order_id,
        request=message.model.type_name(),
        body=body.model_dump_json(exclude_none=True),
        request_source=message.source,
        request_id=message.id,
        time=message.time,
        clock_suspect=message.clock_suspect,
        first_topic=origin.topic,
        incarnation=origin.incarnation,
        partition=origin.partition,
        offset=origin.offset,
        timestamp=origin.timestamp,
    )


@dataclass(frozen=True)
class DecidingSentOn(FactHandler[SentOn]):
    """``SentOn``: the request as if it had come here at once. Said again after a fault it is no repeat of anybody's."""

    at_order: DecidingAtOrder
    reads = (SentOn,)

    def prefetch(self, message: Message[SentOn]) -> Iterable[Want]:
        """The ledger."""
        return ((Ledger, message.subject),)

    def apply(self, message: Message[SentOn], work: UnitOfWork) -> Decision:
        """Once for each place in the log; as that is known now, the ledger says so."""
        first = _first(message)
        before = find_ledger(work, message.subject).sent_on or ()
        place = blake2b(first.origin.address.encode(), digest_size=8).digest()
        if place in before:
            return NOTHING
        known = (*before[1 - SENT_ON_KEPT :], place)
        decision = self.at_order.decide(first, work)
        changes = tuple(_with_place(change, known) for change in decision.changes)
        if not any(change.kind is Ledger for change in changes) and _may_differ(decision):
            ledger = replace(find_ledger(work, message.subject), sent_on=known)
            changes = (Change(Ledger, message.subject, ledger), *changes)
        return replace(decision, changes=changes)


def _with_place(change: Change, known: tuple[bytes, ...]) -> Change:
    if not isinstance(change.document, Ledger):
        return change
    return replace(change, document=replace(change.document, sent_on=known))


def _may_differ(decision: Decision) -> bool:
    """Whether the same answer, given again later, might say something else: a repeat of what still waits."""
    return any(isinstance(say.body, RequestRepeated) and say.body.outcome == WAITING for say in decision.emits)


def _first(message: Message[SentOn]) -> Message[LifeBody]:
    """The request as its sender sent it, at home in the order's lane."""
    body = message.body
    model = LIFE_BODIES[body.request]
    return Message(
        model=model,
        body=read_again(model, body.body),
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
        trace=message.trace,
    )
