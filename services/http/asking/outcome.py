"""What became of a request, as it is told over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from contracts.wire.trace import TRACEPARENT
from services.engine.core.answer import Reason
from services.http.asking.door import Taken
from services.http.telling.problem import Detail, Problem
from services.http.telling.refusing import detail_of, problem_of_reasons

NOT_YET = "Ask again at the address of the request; it is done once, however often you ask."
STUCK = "It lies among the dead letters: the operators must look at it. It may still take effect."
_TRACE = f"ce_{TRACEPARENT}"
PARKED = "Nothing is to be done if what it waits for is on its way; else send what is missing."


class SaidFact(BaseModel):
    """Something that was said because of the request: a fact's type, whom it is about, its version."""

    type: str
    about: str
    version: int | None = None


class Outcome(BaseModel):
    """What became of a request.

    ``pending``: its answer is still to come. ``waiting``: it was understood, and something must come first. ``done``,
    ``refused``: decided for ever. ``repeated``: it stood already, by another request. ``stuck``: a person must look.
    """

    request: str = Field(description="The address of the request, relative to that of the API.")
    state: Literal["pending", "waiting", "done", "refused", "repeated", "stuck"]
    subject: str = Field(description="Whom it is about.")
    decided_at: datetime | None = None
    facts: tuple[SaidFact, ...] = Field(default=(), description="At most 100; `count` has them all.")
    count: int = 0
    refused: tuple[Detail, ...] = Field(default=(), description="What was not accepted while other parts were.")
    ignored: tuple[str, ...] = Field(default=(), description="Fields of the body that nobody knows: slips, perhaps.")
    waits_for: str | None = None
    missing: tuple[str, ...] = ()
    until: datetime | None = Field(default=None, description="It is refused then, at the earliest.")
    stands_by: str | None = Field(default=None, description="The message id of the request by which it stood already.")
    what_to_do: str | None = None
    traceparent: str | None = Field(
        default=None, description="The trace that the request belongs to, as it was sent along (W3C Trace Context)."
    )


def outcome_of(taken: Taken) -> Outcome:
    """The outcome of a request that was not refused as a whole, or where it stands meanwhile."""
    answer = taken.answer
    address = address_of(taken)
    if answer is None or (answer.state == "waiting" and answer.waits_for is None):
        return Outcome(
            request=address,
            state="pending",
            subject=taken.request.subject,
            ignored=taken.request.ignored,
            what_to_do=NOT_YET,
            traceparent=_trace_of(taken),
        )
    return Outcome(
        request=address,
        state=answer.state,
        subject=answer.subject,
        decided_at=None if answer.state == "waiting" else answer.time,
        facts=tuple(SaidFact(type=each.type, about=each.about, version=each.version) for each in answer.said),
        count=answer.count,
        refused=tuple(map(detail_of, answer.reasons)),
        ignored=answer.ignored,
        waits_for=answer.waits_for,
        missing=answer.missing,
        until=answer.until,
        stands_by=answer.first_id,
        what_to_do={"waiting": PARKED, "stuck": STUCK}.get(answer.state),
        traceparent=_trace_of(taken),
    )


def _trace_of(taken: Taken) -> str | None:
    """The trace of the request that was stored: of one that comes again, the first one's."""
    found = next((content for name, content in taken.request.record.headers if name == _TRACE), None)
    return None if found is None else found.decode()


def address_of(taken: Taken) -> str:
    """Where the request can be asked for."""
    return f"/requests/{taken.request.id}"


def refusal_of(taken: Taken) -> Problem | None:
    """The problem of a request that was refused as a whole, or that repeats one that was; None: it was not."""
    answer = taken.answer
    if answer is None:
        return None
    headers = replayed(taken)
    if answer.state == "refused":
        return problem_of_reasons(
            answer.reasons, stale=taken.request.stale, instance=address_of(taken), headers=headers
        )
    if answer.state == "repeated" and answer.codes:
        reasons = tuple(Reason(code=code) for code in answer.codes)
        return problem_of_reasons(reasons, stale=taken.request.stale, instance=address_of(taken), headers=headers)
    return None


def replayed(taken: Taken) -> Mapping[str, str]:
    """Marks the answer of a request that had come before."""
    again = taken.repeated or (taken.answer is not None and taken.answer.state == "repeated")
    return {"Idempotent-Replayed": "true"} if again else {}


def is_open(taken: Taken) -> bool:
    """Whether the answer is still to come: then it is told as accepted, not as done."""
    return outcome_of(taken).state in ("pending", "waiting", "stuck")
