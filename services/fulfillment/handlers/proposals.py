"""``OrderChangeProposed``: decided once, in the same transaction as the ledger; a repeat is known by its number."""

from contracts.messages.changes import OrderChangeAccepted, OrderChangeProposed, OrderChangeRefused
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.book import Book, opened
from services.fulfillment.documents.ledger import LastChange, Ledger
from services.fulfillment.rules.arbiter import No, Yes, arbitrated, billing_of, items_of
from services.fulfillment.rules.draining import Draining
from services.fulfillment.rules.parking import scheduled
from services.fulfillment.settings import Settings


def change_proposed(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """Answers every proposal but an older one than the last: that one was answered, and orders went on."""
    proposal = message.body
    assert isinstance(proposal, OrderChangeProposed)
    book = opened(work, message.subject)
    ledger, last = book.ledger, book.ledger.change
    if last is not None and proposal.number < last.number:
        return NOTHING
    if last is not None and proposal.number == last.number:
        return _again(book, last, proposal)
    today = proposal.requested_at.astimezone(settings.zone).date()
    answer = arbitrated(book, proposal, today)
    if isinstance(answer, No):
        last = LastChange(number=proposal.number, refused=answer.code, item_ids=answer.item_ids)
        waited = work.clock(message.lane).waited
        ledger = scheduled(replace(ledger, change=last), message.lane, waited, settings)
        return Decision((Change(Ledger, message.subject, ledger),), (Emit(_no(proposal, last)),))
    return _accepted(settings, message, work, answer, proposal)


def _accepted(
    settings: Settings, message: Message, work: UnitOfWork, answer: Yes, proposal: OrderChangeProposed
) -> Decision:
    """The change, then the subscriptions that it moved, then what waited and need not any more."""
    ledger = replace(answer.book.ledger, change=LastChange(number=proposal.number))
    ledger, fact = _told(ledger, proposal)
    facts: list[Body] = [fact]
    for moved in answer.moved:
        ledger = replace(ledger, version=ledger.version + 1)
        facts.append(moved.fact(version=ledger.version))
    draining = Draining(answer.book.with_ledger(ledger), lambda serial: work.get(Asset, serial), settings)
    ledger = draining.drain()
    ledger = scheduled(ledger, message.lane, work.clock(message.lane).waited, settings)
    return Decision(draining.changes(ledger), (*map(Emit, facts), *draining.emits))


def _again(book: Book, last: LastChange, proposal: OrderChangeProposed) -> Decision:
    """The same answer once more; an accepted change as the ledger stands now, under its next version."""
    if last.refused is not None:
        return Decision(emits=(Emit(_no(proposal, last)),))
    ledger, fact = _told(book.ledger, proposal)
    return Decision(book.with_ledger(ledger).changes(), (Emit(fact),))


def _told(ledger: Ledger, proposal: OrderChangeProposed) -> tuple[Ledger, OrderChangeAccepted]:
    ledger = replace(ledger, version=ledger.version + 1)
    fact = OrderChangeAccepted(
        version=ledger.version,
        order_id=proposal.order_id,
        number=proposal.number,
        change=proposal.change,
        items=items_of(ledger),
        billing=billing_of(ledger.terms[-1]),
    )
    return ledger, fact


def _no(proposal: OrderChangeProposed, last: LastChange) -> OrderChangeRefused:
    assert last.refused is not None
    return OrderChangeRefused(
        order_id=proposal.order_id, number=proposal.number, code=last.refused, item_ids=last.item_ids
    )
