"""A request at its order's ledger: known, refused and parked alike, whatever it asks."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.messages.fulfillment import ItemFulfillmentParked, RequestParked
from contracts.values.refusals import Code, Refusal, refusal
from contracts.wire.message import Request
from services.engine.core.document import replace
from services.engine.core.handler import RequestHandler
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import WAITING, find_repeat, record_processed
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork
from services.fulfillment.documents.ledger import Ledger, find_ledger
from services.fulfillment.documents.request import LifeRequest, Scan
from services.fulfillment.rules.answers import ANSWERS
from services.fulfillment.rules.parking import park, schedule
from services.fulfillment.settings import Settings

R = TypeVar("R", bound=Request)


@dataclass(frozen=True)
class LedgerRequestHandler(RequestHandler[R], Generic[R]):
    """The ledger remembers each request; for a day where no order is known and all was refused."""

    settings: Settings

    def find_known(self, message: Message[R | None], work: UnitOfWork) -> Emit | None:
        """Known to the ledger."""
        known = find_repeat(message, find_ledger(work, message.subject), work)
        return None if known is None else ANSWERS.known(message, known)

    def refuse(self, message: Message[R | None], refusals: tuple[Refusal, ...], work: UnitOfWork) -> Decision:
        """Refused as a whole."""
        change = self.record_refused(message, outcome_of(refusals), work)
        return Decision((change,), (ANSWERS.refuse(message, refusals),))

    def record_refused(self, message: Message[R | None], outcome: str, work: UnitOfWork) -> Change:
        """The ledger with this request in its memory, of which nothing was accepted."""
        ledger = find_ledger(work, message.subject)
        ledger = replace(ledger, heard=record_processed(ledger.heard, message, outcome))
        waited = work.clock(message.lane).waited
        return Change(Ledger, message.subject, schedule(ledger, message.lane, waited, self.settings))

    def wait(
        self,
        message: Message[R],
        request: Scan | LifeRequest,
        notice: ItemFulfillmentParked | RequestParked,
        work: UnitOfWork,
    ) -> Decision:
        """It waits, and its sender hears so; refused if too much waits for this order already."""
        ledger, waited = find_ledger(work, message.subject), work.clock(message.lane).waited
        waiting = park(ledger, request, message.body, message.lane, waited, self.settings)
        if waiting is None:
            return self.refuse(message, (refusal(Code.PARKING_FULL),), work)
        waiting = replace(waiting, heard=record_processed(ledger.heard, message, WAITING))
        return Decision((Change(Ledger, message.subject, waiting),), (Emit(notice, message.cause),))
