"""Which requests a payer or a period has decided: apart from their settings, which every fact reads."""

from typing import Final

from contracts.billing import RequestRefused, RequestRepeated
from contracts.refusals import Code, Refusal, refusal
from services.engine.heard import Heard, Recognised, refused, remember
from services.engine.kept import Kept
from services.engine.message import Message
from services.engine.service import Say

KEPT: Final = 256
"""Requests that are remembered of one subject, whether they took effect or not."""
WAITING: Final = "waiting"
"""What is kept of a run that is not done: a repeat is told so, its answer is still to come, to both."""


class DecidedRequests(Kept):
    """The last requests about a subject: a payer, or ``run:<period>``."""

    heard: tuple[Heard, ...] = ()

    def with_one(self, message: Message, outcome: str) -> "DecidedRequests":
        """The memory with this one in it; the oldest are forgotten."""
        return DecidedRequests(heard=remember(self.heard, message, outcome)[-KEPT:])


def refusing(message: Message, refusals: tuple[Refusal, ...]) -> tuple[str, Say]:
    """What the memory keeps of a refusal, and its answer."""
    answer = RequestRefused(subject=message.subject, refusals=refusals, clock_suspect=message.clock_suspect)
    return refused(tuple(each.code.value for each in refusals)), Say(answer)


def answered_before(message: Message, known: Recognised) -> Say:
    """The same identity again: what came of the first; with other content, a refusal. It is not remembered."""
    if known.kind == "id_reused":
        return refusing(message, (refusal(Code.ID_REUSED),))[1]
    first = known.first
    outcome = first.outcome if first.effective else RequestRefused.__name__
    return Say(
        RequestRepeated(
            subject=message.subject,
            first_source=first.source,
            first_id=first.id,
            outcome=outcome,
            codes=first.codes,
        )
    )
