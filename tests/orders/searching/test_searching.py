"""What is searched, as conditions: nothing from outside becomes an operator, and each cursor belongs to one search."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from bson.regex import Regex
from hypothesis import given
from hypothesis import strategies as st

from services.engine.core.document import replace
from services.orders.rules.searching import Wanted, conditions_of, span_of, tokens_of
from tests.searching.strange import BEGIN, SEARCHES

OURS = {"keys", "words", "status", "open", "type", "group", "term", "holds", "channel", "test", "source", "serials"}
OPERATORS = {"$in", "$eq", "$or", "$and", "$exists"}
NASTY = st.one_of(
    st.sampled_from(
        ("$ne", "{$ne: null}", '{"$gt": ""}', "$where", ".*", "^.+$", "a|b", "(?i)x", "\\", "\x00", "#", "=")
    ),
    st.text(),
)


def names_in(condition: Any) -> Iterator[str]:
    """The names of all fields and operators of a condition."""
    if isinstance(condition, Mapping):
        for name, value in condition.items():
            yield name
            yield from names_in(value)
    elif isinstance(condition, list):
        for each in condition:
            yield from names_in(each)


def values_in(condition: Any) -> Iterator[Any]:
    """What is compared with."""
    if isinstance(condition, Mapping):
        for value in condition.values():
            yield from values_in(value)
    elif isinstance(condition, list):
        for each in condition:
            yield from values_in(each)
    else:
        yield condition


@given(NASTY, NASTY, NASTY)
def test_nothing_from_outside_becomes_a_field_or_an_operator(text: str, group: str, source: str) -> None:
    wanted = Wanted(text=text, group=group, source=source, term=text)
    every: list[Any] = [part for each in conditions_of(wanted) for part in (each.row, each.driver or {})]
    for token in tokens_of(text):
        every += [each.row for each in token.as_words()] + [each.driver or {} for each in token.as_words()]
        every += [token.begins_identifier or {}, token.begins_serial or {}]
    for condition in every:
        assert set(names_in(condition)) <= OURS | OPERATORS
        assert all(isinstance(value, str | bool | Regex) for value in values_in(condition))


@given(NASTY)
def test_an_expression_is_anchored_and_matches_its_text_and_nothing_else(text: str) -> None:
    for token in tokens_of(text):
        found = [value for value in values_in(token.begins_identifier or {}) if isinstance(value, Regex)]
        for expression in found:
            assert expression.flags == 0
            compiled = expression.try_compile()
            assert compiled.match(f"@{token.identifier}x") or compiled.match(f"#{token.identifier}x")
            assert not compiled.match(f"x@{token.identifier}")
            assert not compiled.match("@")


@given(SEARCHES, SEARCHES)
def test_each_search_has_its_own_mark_whatever_page_of_it_is_asked_for(one: Wanted, other: Wanted) -> None:
    assert one.mark() == replace(one, limit=9, cursor="x").mark()
    same = replace(one, limit=1) == replace(other, limit=1)
    assert (one.mark() == other.mark()) == same


@pytest.mark.parametrize("text", ["", "  ", "- @ ...", "\u200b", "@@"])
def test_a_text_without_letters_and_digits_says_nothing(text: str) -> None:
    assert tokens_of(text) == ()


def test_the_time_is_a_span_of_rows_and_a_cursor_narrows_it() -> None:
    hour = timedelta(hours=1)
    wanted = Wanted(created_from=BEGIN, created_before=BEGIN + hour)
    assert span_of(wanted, None) == {"$gte": "018cc251f400", "$lt": "018cc288e280"}
    assert span_of(wanted, "018cc2600000" + "0" * 12)["$lt"] == "018cc2600000" + "0" * 12
    assert span_of(Wanted(), None) == {"$gte": "0", "$lt": "g"}


def test_a_text_with_a_null_byte_makes_no_expression_with_one() -> None:
    (token,) = tokens_of("abcde\0fgh")
    assert token.begins_identifier is None
    assert token.begins_serial is None
