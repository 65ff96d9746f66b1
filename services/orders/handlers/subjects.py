"""A request about a customer or a SKU: it is decided at once, and remembered beside the subject."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.values.refusals import Refusal
from contracts.wire.message import Body
from services.engine.core.handler import RequestHandler
from services.engine.core.inbox import DecidedRequests, outcome_of
from services.engine.core.memory import find_repeat
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.customer import CustomerRecord
from services.orders.rules.answers import ANSWERS
from services.orders.settings import Settings

B = TypeVar("B", bound=Body)


@dataclass(frozen=True)
class SubjectRequestHandler(RequestHandler[B], Generic[B]):
    """Every such request is known, refused and remembered so; a use case says what it changes."""

    settings: Settings

    def find_known(self, message: Message[B | None], work: UnitOfWork) -> Emit | None:
        """Known among the last requests about the subject."""
        known = find_repeat(message, _requests(message, work), work)
        return None if known is None else ANSWERS.known(message, known)

    def refuse(self, message: Message[B | None], refusals: tuple[Refusal, ...], work: UnitOfWork) -> Decision:
        """Remembered with its codes."""
        memory = self._remember(message, outcome_of(refusals), work)
        return Decision((memory,), (ANSWERS.refuse(message, refusals),))

    def settle(
        self, message: Message[B], fact: Body, changes: tuple[Change, ...], work: UnitOfWork, *behind: Emit
    ) -> Decision:
        """It takes effect, and says so; ``behind`` is said after it."""
        memory = self._remember(message, type(fact).__name__, work)
        return Decision((*changes, memory), (Emit(fact), *behind))

    def _remember(self, message: Message[B | None], outcome: str, work: UnitOfWork) -> Change:
        memory = _requests(message, work).with_one(message, outcome, self.settings.settings_remembered)
        return Change(DecidedRequests, message.subject, memory)


def _requests(message: Message, work: UnitOfWork) -> DecidedRequests:
    return work.get(DecidedRequests, message.subject) or DecidedRequests()


@dataclass(frozen=True)
class CustomerRequestHandler(SubjectRequestHandler[B], Generic[B]):
    """A request about a customer."""

    def prefetch(self, message: Message[B | None]) -> Iterable[Want]:
        """The customer's settings and the requests that made them."""
        yield CustomerRecord, record_id(message)
        yield DecidedRequests, message.subject


def record_id(message: Message) -> str:
    """The customer's document: their id without the subject's prefix."""
    return message.subject.removeprefix("customer:")
