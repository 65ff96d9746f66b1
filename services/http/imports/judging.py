"""A line becomes the request of its single route, and what is said to that becomes its result. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from services.engine.core.answer import Reason
from services.http.asking.door import Taken
from services.http.asking.intake import Asked, Intake, read_body, read_time, take_in
from services.http.asking.outcome import address_of
from services.http.asking.waiting import ready
from services.http.callers.caller import Caller
from services.http.imports.job import MOST_REASONS, LineReason, LineResult, LineState
from services.http.imports.kind import Kind
from services.http.imports.line import OCCURRED_AT, ReadLine
from services.http.imports.reading import Reader, hint_of
from services.http.telling.problem import Fault, Problem
from services.http.telling.refusing import pointer

LARGEST: Final = 480_000
"""Bytes of a line's request once it is JSON: a row of many columns says their names again and again."""
_AT: Final = re.compile(r"at line \d+ column (\d+)")


def take_line(
    job: str, kind: Kind, line: ReadLine, reader: Reader, caller: Caller, now: datetime, lanes: int, trace: str
) -> Intake | LineResult:
    """The line's request, or why it can never be one. Its message id is made of the job and the line's number, and so
    is what is made up: the same file again asks for the same.
    """
    if line.body is None:
        reason = LineReason(code=Fault.FILE_INVALID, character=line.character, detail=line.why)
        return LineResult(line=line.number, state="unreadable", reasons=(reason,))
    message_id = f"{job}/{line.number}"
    made = {} if kind.made is None else {kind.made[0]: kind.made[1] + sha256(message_id.encode()).hexdigest()[:16]}
    asked = Asked(kind.model, "POST", f"/imports/{kind.name}", line.body, {}, kind.actor, made, trace, (OCCURRED_AT,))
    try:
        intake = take_in(asked, caller, message_id, _time(line.body, now), lanes)
    except Problem as problem:
        return _refused(kind, line, reader, problem)
    if len(intake.record.value or b"") > LARGEST:
        reason = LineReason(code=Fault.BODY_TOO_LARGE, detail=f"at most {LARGEST:,} bytes as JSON")
        return LineResult(line=line.number, state="refused", subject=intake.subject, reasons=(reason,))
    return intake


def _time(body: bytes, now: datetime) -> datetime:
    """When it happened: what the line says, or now. Raises ``Problem``."""
    said = read_body(body).get(OCCURRED_AT) if OCCURRED_AT.encode() in body else None
    return now if said is None else read_time(said, pointer=f"/{OCCURRED_AT}")


def _refused(kind: Kind, line: ReadLine, reader: Reader, problem: Problem) -> LineResult:
    document = problem.document
    if document.code == Fault.NOT_JSON:
        found = _AT.search(document.detail)
        reason = LineReason(
            code=document.code,
            character=None if found is None else int(found[1]),
            detail=_AT.sub("", document.detail).strip() + hint_of(line.body or b""),
        )
        return LineResult(line=line.number, state="unreadable", reasons=(reason,))
    subjects = kind.model.subjects_of(read_body(line.body or b""))
    reasons = [
        LineReason(
            code=each.code,
            pointer=each.pointer or "",
            column=reader.heading_of(line, each.pointer or ""),
            detail=each.detail,
        )
        for each in document.errors
    ] or [LineReason(code=document.code, detail=document.detail)]
    subject = subjects[0] if subjects else None
    return LineResult(line=line.number, state="refused", subject=subject, reasons=tuple(reasons[:MOST_REASONS]))


def result_of(line: ReadLine, intake: Intake, taken: Taken, reader: Reader) -> LineResult:
    """What became of a line that could be asked."""
    answer, request = taken.answer, address_of(taken)
    plain = LineResult(line=line.number, state="waiting", subject=intake.subject, request=request, waits_for="answer")
    if taken.request.fingerprint != intake.fingerprint:
        detail = "this line was sent before with other content: send what changed under another key"
        reasons: Sequence[LineReason] = (LineReason(code=Fault.IDEMPOTENCY_KEY_REUSED, detail=detail),)
        return _told(plain, "refused", reasons)
    if answer is None or not ready(answer):
        return plain
    if answer.state in ("waiting", "stuck"):
        waits_for = answer.waits_for if answer.state == "waiting" else "operators"
        return LineResult(
            line=line.number, state="waiting", subject=intake.subject, request=request, waits_for=waits_for
        )
    reasons = [_reason(line, each, reader) for each in answer.reasons[:MOST_REASONS]]
    if answer.state == "repeated":
        reasons = [LineReason(code=code) for code in answer.codes[:MOST_REASONS]]
    if reasons:
        return _told(plain, "refused", reasons, partly=answer.state == "done")
    again = taken.repeated or answer.state == "repeated"
    return _told(plain, "repeated" if again else "accepted", ())


def _told(plain: LineResult, state: LineState, reasons: Iterable[LineReason], *, partly: bool = False) -> LineResult:
    return LineResult(
        line=plain.line,
        state=state,
        subject=plain.subject,
        request=plain.request,
        reasons=tuple(reasons),
        partly=partly,
    )


def _reason(line: ReadLine, reason: Reason, reader: Reader) -> LineReason:
    path = pointer(reason.field)
    return LineReason(
        code=reason.code,
        pointer=path,
        column=reader.heading_of(line, path),
        detail=reason.detail,
        serial=reason.serial,
        holder_order_id=reason.holder_order_id,
    )
