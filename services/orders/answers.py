"""The two answers that any request may get, said to whoever asked: now, or when it was parked."""

from contracts.orders import RequestRefused, RequestRepeated
from contracts.problems import MOST
from contracts.refusals import Code, Refusal, refusal
from services.engine.heard import Heard, Recognised
from services.engine.message import Message
from services.engine.service import Say


def refused(message: Message, refusals: tuple[Refusal, ...]) -> Say:
    """Nothing was changed, for these reasons; at most 200 are told, so that the answer stays bounded."""
    body = RequestRefused(subject=message.subject, refusals=refusals[:MOST], clock_suspect=message.clock_suspect)
    return Say(body, cause=message.cause)


def codes_of(refusals: tuple[Refusal, ...]) -> tuple[str, ...]:
    """The codes to remember a refusal by."""
    return tuple(r.code.value for r in refusals)


def repeated(message: Message, first: Heard) -> Say:
    """This was asked before: the first request and what came of it."""
    outcome = first.outcome if first.effective else "RequestRefused"
    return asked_before(message, first.source, first.id, outcome, first.codes)


def asked_before(message: Message, source: str, id_: str, outcome: str, codes: tuple[str, ...] = ()) -> Say:
    """The same for a first request that is known otherwise than by a document's memory."""
    body = RequestRepeated(subject=message.subject, first_source=source, first_id=id_, outcome=outcome, codes=codes)
    return Say(body, cause=message.cause)


def recognised(message: Message, known: Recognised) -> Say:
    """The answer to a message whose identity was seen before. Not remembered: the first stays what is known."""
    if known.kind == "repeat":
        return repeated(message, known.first)
    return id_reused(message)


def id_reused(message: Message) -> Say:
    """The identity stands for another message already."""
    return refused(message, (refusal(Code.ID_REUSED),))
