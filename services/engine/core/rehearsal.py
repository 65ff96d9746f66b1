"""What a message would be if it came now: what the real rules say of it, as a verdict. Nothing here is ever saved.

The plan that it is read from was made by ``planning.py`` on the documents as they are (``docs/decisions/0104``).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from contracts.registry import MESSAGES
from contracts.values.immutable import Immutable
from contracts.wire.message import Kind
from services.engine.core.answer import ANSWERS
from services.engine.core.document import replace
from services.engine.core.failing import UNDECIDABLE, UNSTORABLE, Failure
from services.engine.core.marks import MARKS
from services.engine.core.message import Message
from services.engine.core.plan import Plan
from services.engine.core.reading import Read, Unaddressed
from services.engine.core.record import Headers, Outgoing

_INTERNAL: Final = frozenset({each.__name__ for each in MESSAGES.values() if each.kind is Kind.INTERNAL})
"""What a service says to itself is no answer."""
_BESIDE: Final = frozenset({MARKS, ANSWERS})
"""Collections that are written whatever a message does: they say that it came, not what it did."""
MOST_TOLD: Final = 20
"""Codes, and names of what would be said, that a verdict has."""


class Verdict(StrEnum):
    """What becomes of it. Those further on count for the whole, where a record is about several lanes."""

    NOBODYS = "nobodys"
    """The service reads this event past: it handles none of its type."""
    ALREADY_SO = "already_so"
    """It stands already: a repeat, or a state that is not newer. Nothing changes."""
    ACCEPTED = "accepted"
    """It takes effect."""
    WAITS = "waits"
    """It waits for something that is not there yet, and its sender hears so."""
    REFUSED = "refused"
    """It is refused with codes, and its sender hears so."""
    UNREADABLE = "unreadable"
    """It is a dead letter again: nobody can read it."""
    UNDECIDABLE = "undecidable"
    """It is a dead letter again: a hook raises, or the store cannot hold what it makes."""

    @property
    def dead(self) -> bool:
        """Whether it would lie in the dead letters again."""
        return self in (Verdict.UNREADABLE, Verdict.UNDECIDABLE)


_WEIGHT: Final = {verdict: weight for weight, verdict in enumerate(Verdict)}


class Rehearsed(Immutable):
    """``codes`` are those of a refusal, or of the first request's where it is ``already_so``, each with its field.

    ``said`` names the types that would be said because of it. ``why`` is the reason of a dead letter, ``detail`` what
    exactly, ``where`` the place in the code where a hook raised. Type, subject and identity as far as they can be read.
    """

    verdict: Verdict
    said: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    why: str = ""
    detail: str = ""
    where: str = ""
    type: str = ""
    subject: str = ""
    source: str = ""
    id: str = ""
    lanes: tuple[int, ...] = ()
    """Where it would be decided."""


class Supposed(Immutable):
    """A record that nobody wrote: what it would be, if somebody did."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def verdict_of(read: Read, plan: Plan) -> Rehearsed:
    """What the plan of a single record comes to, that was read so before it was decided."""
    lane = plan.checkpoints[0].lane
    message = read if isinstance(read, Message) else read.message if isinstance(read, Unaddressed) else None
    named = Rehearsed(Verdict.NOBODYS, lanes=(lane,))
    if message is not None:
        named = replace(
            named, type=message.model.__name__, subject=message.subject, source=message.source, id=message.id
        )
    for incident in plan.incidents:
        if incident.event == "message.dead_letter":
            return _dead(named, incident.about)
    if message is None:
        return named
    said = [each for each in map(_event, plan.checkpoints[0].outgoing) if each]
    return _decided(named, message, said, changed=any(write.collection not in _BESIDE for write in plan.writes))


def undecidable(read: Read, failure: Failure, lane: int) -> Rehearsed:
    """A hook raises at the end of the batch, where no message is named."""
    about = {"reason": failure.reject.reason, "detail": failure.reject.detail, "where": failure.place}
    named = Rehearsed(Verdict.UNDECIDABLE, lanes=(lane,))
    if isinstance(read, Message):
        named = replace(named, type=read.model.__name__, subject=read.subject, source=read.source, id=read.id)
    return _dead(named, about)


def unstorable(rehearsed: Rehearsed) -> Rehearsed:
    """The same, where the store cannot hold what it makes."""
    return replace(
        rehearsed,
        verdict=Verdict.UNDECIDABLE,
        why=UNSTORABLE,
        detail="the store cannot hold what this message makes",
        said=(),
        codes=(),
    )


def together(parts: Sequence[Rehearsed]) -> Rehearsed:
    """One verdict on what is about several lanes: the gravest, with what is said in all of them."""
    gravest = max(parts, key=lambda each: _WEIGHT[each.verdict])
    return replace(
        gravest,
        said=tuple(dict.fromkeys(name for each in parts for name in each.said)),
        codes=tuple(dict.fromkeys(code for each in parts for code in each.codes)),
        lanes=tuple(sorted({lane for each in parts for lane in each.lanes})),
    )


def _dead(named: Rehearsed, about: Mapping[str, object]) -> Rehearsed:
    why = str(about["reason"])
    return replace(
        named,
        verdict=Verdict.UNDECIDABLE if why in (UNDECIDABLE, UNSTORABLE) else Verdict.UNREADABLE,
        why=why,
        detail=str(about.get("detail", "")),
        where=str(about.get("where", "")),
    )


def _decided(named: Rehearsed, message: Message, said: Sequence[Mapping[str, Any]], *, changed: bool) -> Rehearsed:
    """What the message itself hears counts; others are answered, too, when what they waited for comes."""
    mine = said
    if message.model.kind is Kind.REQUEST:
        mine = [each for each in said if (each.get("causationsource"), each.get("causationid")) == _identity(message)]
    names = tuple(dict.fromkeys(str(each["type"]).split(".")[-2] for each in mine))
    answers = _answers(mine)
    codes = tuple(dict.fromkeys(code for each in answers for code in _codes(each["data"])))
    if message.model.kind is not Kind.PROPOSAL:  # one that is known gets its first answer again
        changed = changed or bool(said)
    verdict = _verdict(message, names, changed=changed)
    detail = ""
    if verdict is Verdict.ALREADY_SO and answers:
        detail = f"the first was answered {answers[0]['data'].get('outcome', '')}"
    return replace(named, verdict=verdict, said=names[:MOST_TOLD], codes=codes[:MOST_TOLD], detail=detail)


def _verdict(message: Message, names: Sequence[str], *, changed: bool) -> Verdict:
    kind = message.model.kind
    if kind in (Kind.REQUEST, Kind.PROPOSAL):
        told = [name for name in names if name.endswith(("Refused", "Repeated", "Parked"))]
        if told and set(told) == set(names) - _INTERNAL:  # a scan may be accepted in part, or wait in part
            if any(name.endswith("Parked") for name in told):
                return Verdict.WAITS
            return Verdict.ALREADY_SO if told[0].endswith("Repeated") else Verdict.REFUSED
    return Verdict.ACCEPTED if changed else Verdict.ALREADY_SO


def _identity(message: Message) -> tuple[str, str]:
    return message.source, message.id


def _event(outgoing: Outgoing) -> Mapping[str, Any]:
    found = json.loads(outgoing.value or b"{}")
    return found if isinstance(found, dict) and "type" in found else {}


def _answers(said: Iterable[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return [each for each in said if str(each["type"]).split(".")[-2].endswith(("Refused", "Repeated"))]


def _codes(data: Mapping[str, Any]) -> Iterable[str]:
    for each in (*data.get("refusals", ()), *data.get("serials", ())):
        if isinstance(each, dict) and "code" in each:
            yield f"{each['code']} {each.get('field', '')}".strip()
    if "code" in data:
        yield str(data["code"])
    yield from data.get("codes", ())
