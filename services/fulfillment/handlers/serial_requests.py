"""A request at the home of a serial: known and refused alike, whatever it asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from contracts.values.refusals import Refusal
from contracts.wire.message import Request
from services.engine.core.handler import RequestHandler
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import find_repeat
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.serial_home import SerialHome
from services.fulfillment.rules.answers import ANSWERS
from services.fulfillment.settings import Settings

R = TypeVar("R", bound=Request)
SERIAL: Final = "serial:"
"""How the subject of such a message begins."""


def is_at_serial(message: Message) -> bool:
    """Whether this is the home of the serial that alone was named; else it is that of an order."""
    return message.subject.startswith(SERIAL)


def serial_of(message: Message) -> str:
    """The serial whose home this is."""
    return message.subject.removeprefix(SERIAL)


@dataclass(frozen=True)
class SerialRequestHandler(RequestHandler[R], Generic[R]):
    """The home of a serial remembers each request."""

    settings: Settings

    def prefetch(self, message: Message[R | None]) -> Iterable[Want]:
        """What is remembered here, and the device."""
        serial = serial_of(message)
        return ((SerialHome, serial), (Asset, serial))

    def find_known(self, message: Message[R | None], work: UnitOfWork) -> Emit | None:
        """Known here."""
        known = find_repeat(message, find_home(message, work), work)
        return None if known is None else ANSWERS.known(message, known)

    def refuse(self, message: Message[R | None], refusals: tuple[Refusal, ...], work: UnitOfWork) -> Decision:
        """Refused as a whole."""
        return Decision((self.record(message, outcome_of(refusals), work),), (ANSWERS.refuse(message, refusals),))

    def record(self, message: Message[R | None], outcome: str, work: UnitOfWork) -> Change:
        """The home with this request in its memory; one that remembers refusals only is forgotten in the end."""
        later = work.clock(message.lane).waited + self.settings.patience_ms
        return Change(SerialHome, serial_of(message), find_home(message, work).remember(message, outcome, later))


def find_home(message: Message, work: UnitOfWork) -> SerialHome:
    """What the home of its serial remembers; nothing, if nothing was asked there yet."""
    return work.get(SerialHome, serial_of(message)) or SerialHome()
