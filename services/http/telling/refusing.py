"""The business's refusals as problems: one table from its codes to HTTP's status."""

from collections.abc import Mapping, Sequence
from typing import Final

from contracts.values.meanings import meant
from contracts.values.refusals import WHAT_TO_DO, Code, Refusal
from services.engine.core.answer import Reason
from services.http.telling.problem import Detail, Problem, ProblemDocument, Retry

SHAPE, MISSING, STATE, STALE = 422, 404, 409, 412

_SHAPE: Final = (
    Code.FIELD_REQUIRED,
    Code.WRONG_TYPE,
    Code.VALUE_INVALID,
    Code.TEXT_TOO_LONG,
    Code.ID_INVALID,
    Code.EMAIL_INVALID,
    Code.COUNTRY_UNKNOWN,
    Code.POSTAL_CODE_INVALID,
    Code.PHONE_INVALID,
    Code.CURRENCY_UNKNOWN,
    Code.TERM_UNKNOWN,
    Code.CONTRACT_LENGTH_INVALID,
    Code.QUANTITY_LIMIT,
    Code.PRICE_INVALID,
    Code.ORDER_TOO_LARGE,
    Code.TOO_MANY_NOTES,
    Code.ID_REUSED,
    Code.COMPANY_REQUIRED,
    Code.TERM_NOT_ALLOWED,
    Code.GROUP_NOT_ALLOWED,
    Code.ITEM_ID_DUPLICATE,
    Code.MIXED_CURRENCY,
    Code.ORDER_EMPTY,
    Code.SERIAL_INVALID,
    Code.TOO_MANY_SERIALS,
    Code.ITEM_REQUIRED,
    Code.AMBIGUOUS_ITEM,
    Code.START_DATE_OUT_OF_RANGE,
    Code.DATE_OUT_OF_RANGE,
    Code.CONTRACT_TOO_LONG,
    Code.CLOCK_AHEAD,
    Code.AS_OF_AHEAD,
)
"""What is wrong with the request itself: no other state of things would make it right."""
_MISSING: Final = (Code.ORDER_NOT_FOUND, Code.SUBSCRIPTION_UNKNOWN, Code.SERIAL_UNKNOWN, Code.ASSET_UNKNOWN)
"""What the request is about is not there."""
STATUSES: Final[Mapping[Code, int]] = {
    **dict.fromkeys(Code, STATE),
    **dict.fromkeys(_SHAPE, SHAPE),
    **dict.fromkeys(_MISSING, MISSING),
}
"""The status of each code: 422 what can never be right, 404 what is about nothing, 409 what the state forbids."""


def problem_of(
    refusals: Sequence[Refusal],
    *,
    status: int | None = None,
    instance: str | None = None,
    headers: Mapping[str, str] = {},
) -> Problem:
    """Everything that was refused, in one document; the first reason gives code, title and status."""
    details = tuple(
        Detail(
            pointer=pointer(each.field),
            code=each.code,
            detail=meant(each.code, each.detail),
            what_to_do=WHAT_TO_DO[each.code],
        )
        for each in refusals
    )
    return _problem(details, status, instance, headers)


def problem_of_reasons(
    reasons: Sequence[Reason], *, stale: bool, instance: str | None, headers: Mapping[str, str]
) -> Problem:
    """The same of what a lane refused. ``stale``: the version came as If-Match, and its conflict is a 412."""
    details = tuple(map(detail_of, reasons))
    conflict = stale and details[0].code == Code.VERSION_CONFLICT
    return _problem(details, STALE if conflict else None, instance, headers)


def detail_of(reason: Reason) -> Detail:
    """One reason of a lane, as a problem tells it."""
    code = Code(reason.code)
    return Detail(
        pointer=pointer(reason.field),
        code=code,
        detail=meant(code, reason.detail),
        what_to_do=WHAT_TO_DO[code],
        serial=reason.serial,
        holder_order_id=reason.holder_order_id,
    )


def advised(problem: Problem, what_to_do: str, retry: Retry | None = None, headers: Mapping[str, str] = {}) -> Problem:
    """The same problem with another sentence about what to do, where more is known than the code alone says."""
    document = problem.document
    errors = tuple(
        each.model_copy(update={"what_to_do": what_to_do}) if each.code == document.code else each
        for each in document.errors
    )
    changes = {"what_to_do": what_to_do, "errors": errors, "retry": retry or document.retry}
    return Problem(document.model_copy(update=changes), {**problem.headers, **headers})


def _problem(
    details: tuple[Detail, ...], status: int | None, instance: str | None, headers: Mapping[str, str]
) -> Problem:
    first = details[0]
    found = status or STATUSES[Code(first.code)]
    retry: Retry = "never" if found == STATE else "new_key"
    return Problem(
        ProblemDocument(
            type=f"/problems/{first.code}",
            title=first.code.replace("_", " ").capitalize(),
            status=found,
            detail=first.detail,
            instance=instance,
            code=first.code,
            what_to_do=first.what_to_do,
            retry=retry,
            errors=details,
        ),
        headers,
    )


def pointer(field: str) -> str:
    """A field's path (``items.0.sku``) as a JSON pointer (``/items/0/sku``)."""
    if field in ("", "data"):
        return ""
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in field.split("."))
