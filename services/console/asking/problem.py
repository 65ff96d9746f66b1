"""What the API refused, or that it could not be asked: what a page shows of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.values.immutable import Immutable
from services.console.asking.fields import name_of

AWAY: Final = "api_away"


class Reason(Immutable):
    """One reason. ``field`` is the name of the form's field; empty: the whole of it."""

    code: str
    detail: str
    what_to_do: str
    field: str = ""
    holder: str | None = None
    """The order that holds a device."""

    @property
    def text(self) -> str:
        """What was wrong and what to do, in one line."""
        return " ".join(part for part in (_sentence(self.detail), _sentence(self.what_to_do)) if part)


class Problem(Exception):
    """``reasons`` is never empty."""

    def __init__(self, status: int, title: str, code: str, reasons: Sequence[Reason]) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.code = code
        self.reasons = tuple(reasons)

    def at(self, field: str) -> tuple[Reason, ...]:
        """The reasons that stand at this field."""
        return tuple(reason for reason in self.reasons if reason.field == field)


def problem_of(status: int, document: Mapping[str, Any]) -> Problem:
    """The problem that a body of RFC 9457 tells."""
    rows = document.get("errors") or [document]
    reasons = [
        Reason(
            code=str(row.get("code", "")),
            detail=str(row.get("detail", "")),
            what_to_do=str(row.get("what_to_do", "")),
            field=name_of(row.get("pointer") or ""),
            holder=row.get("holder_order_id"),
        )
        for row in rows
    ]
    title = str(document.get("title") or "The request was refused")
    return Problem(status, title, str(document.get("code", "")), reasons)


def away() -> Problem:
    """The API did not answer."""
    reason = Reason(AWAY, "the service does not answer", "nothing that you typed is lost: try again in a moment")
    return Problem(503, "The service is away", AWAY, (reason,))


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
