"""``OrderChangeProposed``: decided once, in the same transaction as the ledger; a repeat is known by its number."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.messages.changes import OrderChangeAccepted, OrderChangeProposed, OrderChangeRefused
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Decision, Emit, UnitOfWork, Want
from services.fulfillment.documents.book import Book, open_book
from services.fulfillment.documents.ledger import LastChange, Ledger
from services.fulfillment.handlers.order_states import OrderStateHandler
from services.fulfillment.rules.arbiter import No, Yes, arbitrate, items_of
from services.fulfillment.rules.billing import billing_of


@dataclass(frozen=True)
class Arbitrating(OrderStateHandler[OrderChangeProposed]):
    """Answers every proposal but an older one than the last: that one was answered, and orders went on."""

    reads = (OrderChangeProposed,)

    def prefetch_related(self, message: Message[OrderChangeProposed], work: UnitOfWork) -> Iterable[Want]:
        """What waits for the change; a change of payer goes through all subscriptions."""
        ledger = work.get(Ledger, message.subject)
        if ledger is None:
            return ()
        first = 1 if message.body.change == "payer" else ledger.count + 1
        return self.prefetch_waiting(message.subject, ledger, first)

    def weight(self, message: Message[OrderChangeProposed]) -> int:
        """A change of payer may say a fact about each unit."""
        body = message.body
        return sum(item.quantity for item in body.items) if body.change == "payer" else 1

    def apply(self, message: Message[OrderChangeProposed], work: UnitOfWork) -> Decision:
        """Accepted or refused, and remembered under its number."""
        proposal, book = message.body, open_book(work, message.subject)
        last = book.ledger.change
        if last is not None and proposal.number < last.number:
            return NOTHING
        if last is not None and proposal.number == last.number:
            return answer_again(book, last, proposal)
        answer = arbitrate(book, proposal, proposal.requested_at.astimezone(self.settings.zone).date())
        if isinstance(answer, No):
            last = LastChange(number=proposal.number, refused=answer.code, item_ids=answer.item_ids)
            change = self.keep(replace(book.ledger, change=last), message, work)
            return Decision((change,), (Emit(_refuse(proposal, answer.code, answer.item_ids)),))
        return self._accept(answer, message, work)

    def _accept(self, answer: Yes, message: Message[OrderChangeProposed], work: UnitOfWork) -> Decision:
        """The change, then the subscriptions that it moved, then what waited and need not any more."""
        ledger = replace(answer.book.ledger, change=LastChange(number=message.body.number))
        ledger, fact = _to_fact(ledger, message.body)
        facts: list[Body] = [fact]
        for moved in answer.moved:
            ledger = replace(ledger, version=ledger.version + 1)
            facts.append(moved.fact(version=ledger.version))
        return self.drain(answer.book.with_ledger(ledger), message, work, facts)


def answer_again(book: Book, last: LastChange, proposal: OrderChangeProposed) -> Decision:
    """The same answer once more; an accepted change as the ledger stands now, under its next version."""
    if last.refused is not None:
        return Decision(emits=(Emit(_refuse(proposal, last.refused, last.item_ids)),))
    ledger, fact = _to_fact(book.ledger, proposal)
    return Decision(book.with_ledger(ledger).changes(), (Emit(fact),))


def _to_fact(ledger: Ledger, proposal: OrderChangeProposed) -> tuple[Ledger, OrderChangeAccepted]:
    ledger = replace(ledger, version=ledger.version + 1)
    fact = OrderChangeAccepted(
        version=ledger.version,
        order_id=proposal.order_id,
        number=proposal.number,
        change=proposal.change,
        items=items_of(ledger),
        billing=billing_of(ledger.terms[-1]).to_contract(),
    )
    return ledger, fact


def _refuse(proposal: OrderChangeProposed, code: Code, item_ids: tuple[str, ...]) -> OrderChangeRefused:
    return OrderChangeRefused(order_id=proposal.order_id, number=proposal.number, code=code, item_ids=item_ids)
