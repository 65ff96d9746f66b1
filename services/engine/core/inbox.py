"""How a service answers what it will not do, or did before: the same in all services (``docs/domain.md`` section 4, 5).

A service hands in its two answer types. What a repeat is told follows one closed rule: ``outcome`` is the type name of
the fact or of the answer that the first request got, ``waiting`` while it has none; ``codes`` are those of a refusal.
"""

from collections.abc import Iterable

from contracts.messages.answers import Refused, Repeated
from contracts.values.immutable import Immutable
from contracts.values.refusals import Code, Refusal, refusal
from contracts.wire.problems import at_most
from services.engine.core.document import replace
from services.engine.core.memory import WAITING, Memory, Processed, Repeat, record_processed, refused
from services.engine.core.message import Message
from services.engine.core.service import Emit


class Answers(Immutable):
    """The answers that any request may get, in the types of one service."""

    refused: type[Refused]
    repeated: type[Repeated]

    def refusal_of(self, subject: str, refusals: tuple[Refusal, ...], *, clock_suspect: bool) -> Refused:
        """Nothing was changed, for these reasons; at most 200 are told, each code once at least."""
        return self.refused(subject=subject, refusals=at_most(refusals), clock_suspect=clock_suspect)

    def refuse(self, message: Message, refusals: tuple[Refusal, ...]) -> Emit:
        """The same, said to whoever asked: now, or when the request was parked."""
        return Emit(self.refusal_of(message.subject, refusals, clock_suspect=message.clock_suspect), message.cause)

    def id_reused(self, message: Message) -> Emit:
        """The identity stands for another message already."""
        return self.refuse(message, (refusal(Code.ID_REUSED),))

    def repeat_of(self, subject: str, first: Processed | None, outcome: str) -> Repeated:
        """This stands already, by a first request that is named if it is known."""
        source, id_ = (None, None) if first is None else (first.source, first.id)
        return self.repeated(subject=subject, first_source=source, first_id=id_, outcome=outcome)

    def repeat(self, message: Message, first: Processed) -> Emit:
        """This was asked before: the first request and what came of it."""
        return self._again(message, first.source, first.id, first.told, first.codes)

    def repeat_of_waiting(self, message: Message, source: str, id_: str) -> Emit:
        """The same of a first request that waits: its answer is still to come, to both."""
        return self._again(message, source, id_, WAITING)

    def known(self, message: Message, recognised: Repeat) -> Emit:
        """The answer to a message whose identity was seen before. Not remembered: the first stays what is known."""
        if recognised.kind == "repeat":
            return self.repeat(message, recognised.first)
        return self.id_reused(message)

    def _again(self, message: Message, source: str, id_: str, outcome: str, codes: tuple[str, ...] = ()) -> Emit:
        subject = message.subject
        body = self.repeated(subject=subject, first_source=source, first_id=id_, outcome=outcome, codes=codes)
        return Emit(body, message.cause)


class DecidedRequests(Memory):
    """The last requests about a subject (a SKU, a customer, a payer, a period), whether they took effect or not: apart
    from the settings that they made, which are read far more often.
    """

    def with_one(self, message: Message, outcome: str, keep: int) -> "DecidedRequests":
        """The memory with this one in it; the oldest beyond ``keep`` are forgotten."""
        return replace(self, heard=record_processed(self.heard, message, outcome, keep)[-keep:])


def outcome_of(refusals: Iterable[Refusal]) -> str:
    """What the memory keeps of a request that was refused as a whole."""
    return refused(tuple(each.code.value for each in refusals))
