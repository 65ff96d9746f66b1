"""Each code of the business has one status; a reason names its field by a pointer."""

import pytest

from contracts.values.meanings import MEANING
from contracts.values.refusals import WHAT_TO_DO, Code, refusal
from services.engine.core.answer import Reason
from services.http.imports.job import LineReason, LineResult
from services.http.imports.resources import line_of
from services.http.telling.problem import TITLES, Fault, fault
from services.http.telling.refusing import STATUSES, advised, pointer, problem_of, problem_of_reasons

CONFLICTS = {
    Code.SUPERSEDED, Code.VARIANT_UNKNOWN, Code.VARIANT_INACTIVE, Code.ORDER_CONFLICT, Code.ORDER_NOT_CONFIRMED,
    Code.ORDER_ON_HOLD, Code.ORDER_CANCELLED, Code.ORDER_FULFILLED, Code.ORDER_HAS_SUBSCRIPTIONS,
    Code.NO_SUBSCRIPTION_YET, Code.NOTHING_OPEN, Code.ITEM_LOCKED, Code.VERSION_CONFLICT, Code.TOO_MANY_CHANGES,
    Code.TOO_MANY_PAYERS, Code.PRICE_MISSING, Code.PRICE_MISMATCH, Code.NOT_ON_HOLD, Code.PARKING_FULL,
    Code.ITEM_UNKNOWN, Code.SKU_MISMATCH, Code.ITEM_FULLY_FULFILLED, Code.SERIAL_IN_USE, Code.ASSET_NOT_RETURNED,
    Code.ALREADY_DONE, Code.ASSET_UNAVAILABLE, Code.SUBSCRIPTION_ENDED, Code.SUBSCRIPTION_CANCELLED,
    Code.SUBSCRIPTION_REVERSED, Code.ENDS_BEFORE_MISMATCH, Code.EXTENSION_TOO_EARLY, Code.ALREADY_RETURNED,
    Code.NOT_CANCELLED, Code.NOT_RETURNED, Code.DEVICE_OUT_AGAIN, Code.TOO_MANY_RUNS,
}  # fmt: skip
"""What another state of things would have allowed: written out, so that a new code makes somebody decide."""


def test_the_state_of_things_is_a_409_and_everything_else_is_not() -> None:
    assert {code for code, status in STATUSES.items() if status == 409} == CONFLICTS


def test_every_code_has_a_status() -> None:
    assert set(STATUSES) == set(Code)
    assert set(STATUSES.values()) == {404, 409, 422}


@pytest.mark.parametrize("code", list(Code))
def test_a_problem_says_what_to_do(code: Code) -> None:
    document = problem_of((refusal(code, "items.0.sku"),)).document
    assert (document.code, document.what_to_do, document.status) == (code, WHAT_TO_DO[code], STATUSES[code])
    assert document.errors[0].pointer == "/items/0/sku"


@pytest.mark.parametrize("which", list(Fault))
def test_every_fault_says_what_to_do(which: Fault) -> None:
    assert fault(which).document.what_to_do.endswith(".")
    assert set(TITLES) == set(Fault)


@pytest.mark.parametrize("code", list(Code))
def test_a_problem_says_what_was_wrong_also_where_the_rule_named_nothing(code: Code) -> None:
    of_door = problem_of((refusal(code),)).document
    of_lane = problem_of_reasons((Reason(code=code),), stale=False, instance=None, headers={}).document
    of_line = line_of(LineResult(line=1, state="refused", reasons=(LineReason(code=code),)))
    for detail in (of_door.detail, of_door.errors[0].detail, of_lane.errors[0].detail, of_line.reasons[0].detail):
        assert detail.endswith(".")
        assert detail != WHAT_TO_DO[code]
        assert detail == MEANING[code]


@pytest.mark.parametrize("which", list(Fault))
def test_a_fault_says_what_was_wrong_also_where_nothing_is_named(which: Fault) -> None:
    document = fault(which, parameter="x").document
    of_line = line_of(LineResult(line=1, state="unreadable", reasons=(LineReason(code=which),)))
    assert document.detail == document.errors[0].detail == of_line.reasons[0].detail == f"{document.title}."


def test_what_the_rule_found_is_told_before_what_the_code_says() -> None:
    assert problem_of((refusal(Code.ITEM_UNKNOWN, "", "no item 7"),)).document.detail == "no item 7"


def test_better_advice_stands_in_the_problem_and_in_its_reason_and_in_no_other() -> None:
    problem = problem_of((refusal(Code.ITEM_UNKNOWN), refusal(Code.ORDER_EMPTY)))
    told = advised(problem, "Look there.", "same_key", {"ETag": "1"})
    assert (told.document.what_to_do, told.document.retry, told.headers) == ("Look there.", "same_key", {"ETag": "1"})
    assert [each.what_to_do for each in told.document.errors] == ["Look there.", WHAT_TO_DO[Code.ORDER_EMPTY]]


@pytest.mark.parametrize(("field", "meant"), [("", ""), ("data", ""), ("a", "/a"), ("a.0.b~/c", "/a/0/b~0~1c")])
def test_a_path_is_told_as_a_json_pointer(field: str, meant: str) -> None:
    assert pointer(field) == meant
