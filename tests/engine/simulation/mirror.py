"""A second service made for the simulator: it hears the first one's facts and keeps a copy of each part."""

from typing import ClassVar

from contracts.wire.message import Fact
from services.engine.core.document import Document, replace
from services.engine.core.message import Message
from services.engine.core.service import Change, Collection, Decision, Emit, Service, UnitOfWork, Want
from tests.engine.simulation.tally import ABOUT, BatchEnded, Counted, TokensChanged


class Mirrored(Fact):
    """Said for every part that was taken."""

    service: ClassVar[str] = "mirror"
    topic: ClassVar[str] = "mirror.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = ABOUT
    counter: str
    total: int
    tokens: tuple[str, ...]


class Copy(Document):
    """A counter as far as it was heard of; each part has the version that it was last taken from."""

    version: int = 0
    total: int = 0
    total_from: int = 0
    tokens: tuple[str, ...] = ()
    tokens_from: int = 0


def prefetch(message: Message) -> list[Want]:
    return [(Copy, message.subject)]


def decide(message: Message, work: UnitOfWork) -> Decision:
    """Takes a part only from a higher version than it has it from."""
    copy = work.get(Copy, message.subject) or Copy()
    body = message.body
    if isinstance(body, Counted) and body.version > copy.total_from:
        after = replace(copy, total=body.total, total_from=body.version)
    elif isinstance(body, TokensChanged) and body.version > copy.tokens_from:
        after = replace(copy, tokens=body.tokens, tokens_from=body.version)
    else:
        return Decision()
    after = replace(after, version=copy.version + 1)
    fact = Mirrored(counter=message.subject, version=after.version, total=after.total, tokens=after.tokens)
    return Decision((Change(Copy, message.subject, after),), (Emit(fact),))


SERVICE = Service(
    name="mirror",
    reads=(Counted, TokensChanged, BatchEnded),
    collections=(Collection("copies", Copy),),
    prefetch=prefetch,
    decide=decide,
)
