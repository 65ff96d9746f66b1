"""What a person may ask for later: a refusal, a request that waits, a dead letter. No personal data: ids and codes.

``docs/settings.md`` says how they are thinned out in the log.
"""

from collections.abc import Mapping
from typing import Final, Literal

from contracts.messages.answers import Repeated
from contracts.values.immutable import Immutable
from contracts.wire.message import Body, Kind
from services.engine.core.failing import Failure
from services.engine.core.message import Message, Origin
from services.engine.core.reading import Reject
from services.engine.core.record import Record
from services.engine.core.service import Emit

TOLD: Final = frozenset({Kind.ANSWER, Kind.NOTICE})
"""Kinds of bodies that an incident may be about."""
MOST_CODES: Final = 20
"""Codes named in one line: a scan may be refused with 500."""


class Incident(Immutable):
    """One line of the log. ``counted``: a message that should have been decided, one of those that stop a service when
    too many come in a row.
    """

    event: Literal["request.refused", "request.waits", "message.dead_letter"]
    about: Mapping[str, object]
    counted: bool = False


def answered(say: Emit, message: Message) -> Incident | None:
    """The refusal or the notice that is said while ``message`` is decided; None for any other answer."""
    body = say.body
    if isinstance(body, Repeated):
        return None
    refused = _refused(body)
    if not refused and body.kind is not Kind.NOTICE:
        return None
    cause = say.cause or message.cause
    about: dict[str, object] = {
        "answer": type(body).__name__,
        "type": message.model.__name__,
        "subject": body.subjects()[0],
        "id": cause.id,
        "source": cause.source,
        "address": cause.address,
    }
    if refused:
        about["codes"] = list(refused)[:MOST_CODES]
    if body.kind is Kind.NOTICE and (waits_for := getattr(body, "waits_for", None)):
        about["waits_for"] = str(waits_for)
    if cause.address != message.origin.address:  # it waited: what ended the waiting is another message
        about["decided_by"] = message.origin.address
    return Incident("request.waits" if body.kind is Kind.NOTICE else "request.refused", about)


def _refused(body: Body) -> Mapping[str, None]:
    """The codes of a refusal with their fields, each once."""
    found: dict[str, None] = {}
    for each in (*getattr(body, "refusals", ()), *getattr(body, "serials", ())):
        code, at = getattr(each, "code", None), getattr(each, "field", "")
        if code is not None:
            found[f"{code} {at}".strip()] = None
    code = getattr(body, "code", None)
    return found or ({str(code): None} if code is not None else {})


def dead(
    record: Record,
    origin: Origin,
    reject: Reject,
    message: Message | None,
    failure: Failure | None,
    *,
    counted: bool,
) -> Incident:
    """A record that goes to the dead letters. ``address`` is where it first stood, ``found`` where it was read;
    ``hook`` and ``where`` tell what of the service raised, and where in its code.
    """
    about: dict[str, object] = {"reason": reject.reason, "detail": reject.detail[:200], "address": origin.address}
    found = f"{record.topic}/{record.partition}/{record.offset}"
    if found != origin.address:
        about["found"] = found
    if reject.model is not None:
        about["type"] = reject.model.__name__
    if message is not None:
        about |= {"subject": message.subject, "id": message.id, "source": message.source}
    if failure is not None:
        about |= {"hook": failure.hook, "where": failure.place}
    return Incident("message.dead_letter", about, counted)
