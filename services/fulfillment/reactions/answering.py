"""Answers that every request can get: it was asked before, its id was used for something else, it is refused whole."""

from collections.abc import Iterable

from contracts.fulfillment import RequestRefused, RequestRepeated
from contracts.refusals import Code, Refusal, refusal
from services.engine.heard import Recognised
from services.engine.message import Message
from services.engine.service import Decision, Say


def known(message: Message, recognised: Recognised) -> Decision:
    """The same identity again: the first answer's name, or, with other content, a refusal. Nothing changes."""
    if recognised.kind == "id_reused":
        return Decision(says=(refusal_of(message, (refusal(Code.ID_REUSED),)),))
    first = recognised.first
    repeated = RequestRepeated(
        subject=message.subject,
        first_source=first.source,
        first_id=first.id,
        outcome=first.outcome.removeprefix("refused:"),
        codes=first.codes,
    )
    return Decision(says=(Say(repeated, message.cause),))


def refusal_of(message: Message, refusals: tuple[Refusal, ...], *, suspect: bool = False) -> Say:
    """Every reason why nothing came of a request."""
    return Say(RequestRefused(subject=message.subject, refusals=refusals, clock_suspect=suspect), message.cause)


def codes_of(refusals: Iterable[Refusal]) -> tuple[str, ...]:
    """The codes alone, as the memory keeps them."""
    return tuple(r.code.value for r in refusals)
