"""What became of a request that came in over HTTP, for the API process that waits for it.

The lane that decides writes it in its deciding transaction (``docs/architecture.md`` section 8). Only requests of the
HTTP side have one: what shops and scanners send over Kafka costs nothing here. Their ``source`` begins with ``HTTP``;
who takes such a name over Kafka makes a document that nobody asks for, and that expires.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal

from contracts.messages.answers import Refused, Repeated, Waiting
from contracts.messages.fulfillment import ItemFulfillmentParked, ItemFulfillmentRefused, SerialRefused
from contracts.messages.invoices import BillingRunProgressed
from contracts.values.refusals import Refusal
from contracts.wire.message import Body, Fact, Kind
from services.engine.core.document import Document, replace
from services.engine.core.message import Cause, Message, identity_of
from services.engine.core.service import Change, Collection, Emit, UnitOfWork, Want

HTTP: Final = "http:"
"""How the source of a request that came in over HTTP begins; the name of its sender follows."""
ANSWERS: Final = "answers"
MOST_SAID: Final = 100
"""What was said to one request and is named here; a scan of 500 serials says more, and is counted."""
MOST_REASONS: Final = 200

State = Literal["waiting", "done", "refused", "repeated", "stuck"]
_FINAL: Final = ("done", "refused", "repeated")


class Said(Document):
    """A fact or an answer: its type's name (``OrderPlaced``), whom it is about, a fact's version."""

    type: str
    about: str
    version: int | None = None


class Reason(Document):
    """Why the request, or one serial of it, was refused: a code of ``contracts.values.refusals``."""

    code: str
    field: str = ""
    detail: str = ""
    serial: str | None = None
    holder_order_id: str | None = None


class Answered(Document):
    """The state of one request.

    ``waiting``: it was understood, and something must come first (``waits_for``, ``missing``, ``until``). ``stuck``: it
    lies among the dead letters, and an operator must look. ``repeated``: it stood already, by the request ``first_id``;
    ``outcome`` and ``codes`` say what came of that one. ``said`` names at most 100 of the ``count`` things that were
    said to it. ``time`` is that of the message that decided it (UTC).
    """

    source: str
    id: str
    state: State
    time: datetime
    subject: str
    said: tuple[Said, ...] = ()
    count: int = 0
    reasons: tuple[Reason, ...] = ()
    ignored: tuple[str, ...] = ()
    waits_for: str | None = None
    missing: tuple[str, ...] = ()
    until: datetime | None = None
    first_source: str | None = None
    first_id: str | None = None
    outcome: str | None = None
    codes: tuple[str, ...] = ()


COLLECTION: Final = Collection(ANSWERS, Answered)


def answer_id(source: str, id: str) -> str:  # noqa: A002  the CloudEvents attribute's name
    """The document of this request, and the end of the name under which it is asked for."""
    return identity_of(source, id).hex()


def awaited(source: str) -> bool:
    """Whether somebody may wait for what is said to a request of this source."""
    return source.startswith(HTTP)


def wanted(message: Message) -> tuple[Want, ...]:
    """What a message's answer is made from, if it has one."""
    return ((Answered, answer_id(message.source, message.id)),) if awaited(message.source) else ()


def answers_to(emits: Sequence[Emit], message: Message, work: UnitOfWork) -> tuple[Change, ...]:
    """What those hear who wait for it over HTTP: whoever sent this message, and those whose requests had waited."""
    if not awaited(message.source):
        for each in emits:
            if each.cause is not None and each.cause.source.startswith(HTTP):
                break
        else:  # as for nearly every message
            return ()
    found: dict[str, Answered] = {}
    for each in emits:
        cause = each.cause or message.cause
        if awaited(cause.source):
            id_ = answer_id(cause.source, cause.id)
            was = found[id_] if id_ in found else work.get(Answered, id_)
            found[id_] = answered(was, each.body, cause, message.subject, message.time)
    return tuple(Change(Answered, id_, now) for id_, now in found.items())


def stuck(message: Message, work: UnitOfWork) -> tuple[Change, ...]:
    """It could not be decided and lies among the dead letters: a person must look, and it may still take effect."""
    if not awaited(message.source):
        return ()
    id_ = answer_id(message.source, message.id)
    was = work.get(Answered, id_)
    now = was or Answered(
        source=message.source, id=message.id, state="stuck", time=message.time, subject=message.subject
    )
    return (Change(Answered, id_, now if now.state in _FINAL else replace(now, state="stuck")),)


def answered(was: Answered | None, body: Body, cause: Cause, subject: str, time: datetime) -> Answered:
    """What is known of a request once ``body`` was said to it.

    What took effect or was refused stays so: a repeat of it, whose answer has the same cause, changes nothing.
    """
    now = was or Answered(
        source=cause.source, id=cause.id, state="waiting", time=time, subject=subject, ignored=cause.ignored
    )
    if isinstance(body, Repeated):
        return now if was is not None else _repeated(now, body)
    if isinstance(body, Waiting):
        return replace(now, time=time, waits_for=body.waits_for, missing=body.missing, until=body.until)
    if isinstance(body, ItemFulfillmentParked):
        return replace(now, time=time, waits_for=body.waits_for)
    if isinstance(body, Refused):
        return _refused(_naming(now, body, time), [_reason(each) for each in body.refusals])
    if isinstance(body, ItemFulfillmentRefused):
        return _refused(_naming(now, body, time), [_reason_of_serial(each) for each in body.serials])
    if body.kind is Kind.FACT and not isinstance(body, BillingRunProgressed):  # a run is answered by its end
        return replace(_naming(now, body, time), state="done")
    return now  # a proposal or an internal message: another service, or another lane, must say yes first


def _naming(now: Answered, body: Body, time: datetime) -> Answered:
    """It is answered: what it waited for has come, or never will."""
    version = body.version if isinstance(body, Fact) else None
    about = body.chain() if isinstance(body, Fact) else body.subjects()[0]
    said = (*now.said, Said(type=type(body).__name__, about=about, version=version))
    return replace(now, time=time, said=said[:MOST_SAID], count=now.count + 1, waits_for=None, missing=(), until=None)


def _reason(refusal: Refusal) -> Reason:
    return Reason(code=refusal.code.value, field=refusal.field, detail=refusal.detail)


def _reason_of_serial(refused: SerialRefused) -> Reason:
    return Reason(
        code=refused.code.value,
        detail=refused.detail,
        serial=refused.serial,
        holder_order_id=refused.holder_order_id,
    )


def _refused(now: Answered, reasons: Iterable[Reason]) -> Answered:
    """Some serials of a scan may be refused while others were accepted: then it is done, with these reasons."""
    accepted = now.state == "done"
    return replace(now, state="done" if accepted else "refused", reasons=(*now.reasons, *reasons)[:MOST_REASONS])


def _repeated(now: Answered, body: Repeated) -> Answered:
    return replace(
        now,
        state="repeated",
        first_source=body.first_source,
        first_id=body.first_id,
        outcome=body.outcome,
        codes=body.codes,
    )
