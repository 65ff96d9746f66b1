"""A cursor is good for the very list and the very filters under which it was given, and nothing else is one."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.http.telling.cursor import read_cursor, write_cursor
from services.http.telling.listing import Paging
from services.http.telling.problem import Problem

FILTERS = {"state": "active"}
PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), max_size=60)


def refused(text: str, of: str = "subscriptions", filters: dict[str, object] | None = None) -> str:
    with pytest.raises(Problem) as found:
        read_cursor(text, of, FILTERS if filters is None else filters, (str, int))
    assert found.value.document.status == 400
    return found.value.document.code


@settings(deadline=None)
@given(PRINTABLE, st.integers(0, 2**53 - 1))
def test_what_was_written_is_read(order_id: str, number: int) -> None:
    text = write_cursor("subscriptions", FILTERS, (order_id, number))
    assert read_cursor(text, "subscriptions", FILTERS, (str, int)) == (order_id, number)


def test_another_list_or_another_filter_refuses_it() -> None:
    text = write_cursor("subscriptions", FILTERS, ("A", 1))
    assert refused(text, of="invoices") == "cursor_invalid"
    assert refused(text, filters={}) == "cursor_invalid"
    assert refused(text, filters={"state": "ended"}) == "cursor_invalid"


@pytest.mark.parametrize(
    "position",
    [["A"], ["A", 1, 2], [1, "A"], ["A", 1.5], ["A", True], ["A", None], [{"$ne": None}, 1], ["A", {"$gt": 0}],
     ["A", -1], ["A", 2**60], [["A"], 1], ["a\x00b", 1]],
)  # fmt: skip
def test_a_place_of_another_shape_is_none(position: list[object]) -> None:
    fingerprint = json.loads(base64.urlsafe_b64decode(write_cursor("subscriptions", FILTERS, ("A", 1)) + "=="))[1]
    forged = base64.urlsafe_b64encode(json.dumps([1, fingerprint, *position]).encode()).decode().rstrip("=")
    assert refused(forged) == "cursor_invalid"


@settings(deadline=None)
@given(st.text(max_size=1200))
def test_no_text_does_anything_but_be_refused(text: str) -> None:
    assert refused(text) == "cursor_invalid"


def test_a_filter_that_is_mistyped_is_no_filter() -> None:
    with pytest.raises(ValueError, match="sate"):
        Paging.model_validate({"sate": "active"})


@pytest.mark.parametrize("limit", [0, 1001, -1, "many"])
def test_a_page_has_a_bound(limit: object) -> None:
    with pytest.raises(ValueError, match="limit"):
        Paging.model_validate({"limit": limit})
