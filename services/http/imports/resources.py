"""Imports as they are told over HTTP."""

from datetime import datetime

from pydantic import BaseModel, Field

from contracts.values.meanings import meant
from contracts.values.refusals import WHAT_TO_DO, Code
from services.http.imports.job import Form, Job, LineReason, LineResult, LineState, State
from services.http.telling.problem import TITLES, Fault


class LineCounts(BaseModel):
    """How many lines there were so far, and of each state."""

    lines: int
    accepted: int
    repeated: int = Field(description="They stood already: the same line of this file, or another request.")
    waiting: int = Field(description="Something must come first, or their answer is still to come.")
    refused: int
    unreadable: int


class IgnoredField(BaseModel):
    """A column or field that nobody knows: a slip, perhaps."""

    name: str
    perhaps: str | None = None


class ImportResource(BaseModel):
    """An import. ``done``: every line has its result. ``broken``: it was not read to its end; sent again with the same
    key it goes on, and nothing is done twice.
    """

    id: str
    address: str
    kind: str
    format: Form
    key: str = Field(description="The Idempotency-Key under which it was sent.")
    state: State
    created: datetime
    updated: datetime
    bytes: int = Field(description="How much of the file was read, the last time that it was sent.")
    counts: LineCounts
    ignored: tuple[IgnoredField, ...] = Field(default=(), description="At most 20.")
    code: str | None = Field(default=None, description="Why it is broken.")
    detail: str | None = None
    what_to_do: str | None = None


class LineReasonResource(BaseModel):
    """Why a line was not accepted, or not all of it."""

    code: str
    pointer: str = Field(default="", description="A JSON pointer into the line's request.")
    column: str | None = Field(default=None, description="The heading of the column that was meant.")
    character: int | None = Field(default=None, description="Where the line could not be read further, from 1.")
    detail: str = Field(default="", description="What was wrong; never empty.")
    what_to_do: str
    serial: str | None = None
    holder_order_id: str | None = None


class LineResource(BaseModel):
    """What became of a line; ``request`` tells what becomes of it later."""

    line: int = Field(description="From 1, the header of a CSV included.")
    state: LineState
    subject: str | None = Field(default=None, description="Whom it is about.")
    request: str | None = Field(default=None, description="The address of its request.")
    reasons: tuple[LineReasonResource, ...] = Field(default=(), description="At most 20.")
    partly: bool = Field(default=False, description="Some of it was accepted.")
    waits_for: str | None = None


def import_of(id: str, job: Job, now: datetime) -> ImportResource:  # noqa: A002  the job's own word
    """The resource of a job as it stands now."""
    job = job.at(now)
    return ImportResource(
        id=id,
        address=f"/imports/{id}",
        kind=job.kind,
        format=job.form,
        key=job.key,
        state=job.state,
        created=job.created,
        updated=job.updated,
        bytes=job.read,
        counts=LineCounts(**{name: getattr(job.counts, name) for name in LineCounts.model_fields}),
        ignored=tuple(IgnoredField(name=each.name, perhaps=each.perhaps) for each in job.ignored),
        code=job.code,
        detail=job.detail,
        what_to_do=None if job.code is None else what_to_do(job.code),
    )


def line_of(result: LineResult) -> LineResource:
    """The resource of a line."""
    return LineResource(
        line=result.line,
        state=result.state,
        subject=result.subject,
        request=result.request,
        reasons=tuple(map(_reason, result.reasons)),
        partly=result.partly,
        waits_for=result.waits_for,
    )


def _reason(reason: LineReason) -> LineReasonResource:
    return LineReasonResource(
        code=reason.code,
        pointer=reason.pointer,
        column=reason.column,
        character=reason.character,
        detail=what_was_wrong(reason),
        what_to_do=what_to_do(reason.code),
        serial=reason.serial,
        holder_order_id=reason.holder_order_id,
    )


def what_was_wrong(reason: LineReason) -> str:
    """What was found, or else what the code says."""
    if reason.code in set(Fault):
        return reason.detail or f"{TITLES[Fault(reason.code)][1]}."
    return meant(Code(reason.code), reason.detail)


def what_to_do(code: str) -> str:
    """The sentence of a code, of the business's or of ours."""
    return TITLES[Fault(code)][2] if code in set(Fault) else WHAT_TO_DO[Code(code)]
