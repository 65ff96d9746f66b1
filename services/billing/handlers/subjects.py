"""A request about a payer or a period: decided at once, and remembered beside the subject."""

from abc import ABC
from typing import Generic, TypeVar

from contracts.values.refusals import Refusal
from contracts.wire.message import Body
from services.billing.rules.answers import ANSWERS, REMEMBERED
from services.engine.core.handler import RequestHandler
from services.engine.core.inbox import DecidedRequests, outcome_of
from services.engine.core.memory import find_repeat
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork

B = TypeVar("B", bound=Body)


class SubjectRequestHandler(RequestHandler[B], ABC, Generic[B]):
    """Every such request is known, refused and remembered so; a use case says what it changes."""

    def find_known(self, message: Message[B | None], work: UnitOfWork) -> Emit | None:
        """Known among the last requests about the subject."""
        known = find_repeat(message, _requests(message, work), work)
        return None if known is None else ANSWERS.known(message, known)

    def refuse(self, message: Message[B | None], refusals: tuple[Refusal, ...], work: UnitOfWork) -> Decision:
        """Remembered with its codes."""
        remembered = self.record(message, outcome_of(refusals), work)
        return Decision((remembered,), (ANSWERS.refuse(message, refusals),))

    def record(self, message: Message[B | None], outcome: str, work: UnitOfWork) -> Change:
        """The subject's requests with this one among them."""
        memory = _requests(message, work).with_one(message, outcome, REMEMBERED)
        return Change(DecidedRequests, message.subject, memory)


def _requests(message: Message, work: UnitOfWork) -> DecidedRequests:
    return work.get(DecidedRequests, message.subject) or DecidedRequests()
