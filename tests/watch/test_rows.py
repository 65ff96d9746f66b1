from typing import Any

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.core.answer import answer_id
from services.watch.documents.row import from_row, to_row
from services.watch.rules.belonging import Wanted, belongs, candidates
from services.watch.rules.entries import entries_of, entry, keys_kept, words_of
from services.watch.rules.going_on import Found, GoingOn, Position, go_on, is_known_again
from services.watch.rules.places import LAST_OFFSET, MOST_PARTITIONS, MOST_TOPICS, NumberedPlace, from_number, to_number
from services.watch.telling.tell import tell
from services.watch.telling.told import Fate
from tests.watch.consumed import Consumed, all_examples
from tests.watch.tellings import told

PLACES = st.builds(
    NumberedPlace, st.integers(0, MOST_TOPICS - 1), st.integers(0, MOST_PARTITIONS - 1), st.integers(0, LAST_OFFSET)
)
NAMES = {5: "orders.events"}


@given(PLACES, PLACES)
def test_a_place_is_one_number_in_the_order_of_the_log(one: NumberedPlace, other: NumberedPlace) -> None:
    numbers = [to_number(each.topic, each.partition, each.offset) for each in (one, other)]
    assert [from_number(number) for number in numbers] == [one, other]
    assert min(numbers) >= 0
    assert max(numbers) < 1 << 63
    in_order = [(each.topic, each.partition, each.offset) for each in (one, other)]
    assert (numbers[0] < numbers[1]) == (in_order[0] < in_order[1])


@pytest.mark.parametrize("place", [(MOST_TOPICS, 0, 0), (0, MOST_PARTITIONS, 0), (0, 0, LAST_OFFSET + 1), (0, 0, -1)])
def test_what_is_no_place_is_refused_and_is_never_another_one(place: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no place"):
        to_number(*place)


@pytest.mark.parametrize(("type_", "record"), all_examples(), ids=lambda each: each if isinstance(each, str) else "")
def test_the_row_of_every_message_gives_back_what_was_told(type_: str, record: Consumed) -> None:
    del type_
    found = tell(record)
    row: dict[str, Any] = bson.decode(bson.encode(to_row(found, 5)), bson.CodecOptions(tz_aware=True))
    back = from_row(row, {5: record.topic})
    assert back.keys == keys_kept(found)
    fields = [name for name in found.__struct_fields__ if name != "keys"]  # type: ignore[attr-defined]  # msgspec's
    assert [getattr(back, name) for name in fields] == [getattr(found, name) for name in fields]


def test_a_row_is_found_by_what_it_is_about_by_itself_by_its_cause_and_by_its_bare_id() -> None:
    keys = ("order:A-1", "sku:X", "customer:c", "payer:group:g", "request:shop/40")
    row = told("42", cause="41", fate=Fate.ASKED, keys=keys)
    assert words_of(row) == (
        "order:A-1", "payer:group:g", "request:shop/40", "request:shop/42", "named:42", "cause:shop/41",
    )  # fmt: skip
    assert entries_of(row) == sorted(map(entry, words_of(row)))


def test_what_a_service_says_is_not_found_by_its_bare_id() -> None:
    assert "named:A-1@1" not in words_of(told("A-1@1", source="leaseline/orders"))


def test_what_came_over_http_is_found_by_its_address_there_too() -> None:
    row = told("k-1", source="http:shop", topic="catalog.requests")
    assert f"named:orders-{answer_id('http:shop', 'k-1')}" in words_of(row)


@given(st.text())
def test_an_entry_is_a_whole_number_that_the_database_can_keep(word: str) -> None:
    assert -(1 << 63) <= entry(word) < 1 << 63


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("A-1", ["order:A-1", "serial:A-1", "subscription:A-1", "invoice:A-1", "request:A-1"]),
        ("sn 1", ["order:sn 1", "serial:SN1", "subscription:sn 1", "invoice:sn 1", "request:sn 1"]),
        ("serial: sn-1", ["serial:SN-1"]),
        ("group:g", ["payer:group:g", "request:group:g"]),
        ("request:shop/1", ["request:shop/1"]),
        ("  ", []),
    ],
)
def test_what_a_person_may_mean(text: str, meant: list[str]) -> None:
    assert [f"{each.kind}:{each.name}" for each in candidates(text)] == meant


def test_an_effect_about_another_one_of_the_kind_belongs_to_its_story_only() -> None:
    wanted = Wanted("serial", "SN-1")
    assert belongs(told("a", keys=("order:A-1", "serial:SN-1", "serial:SN-2")), wanted)
    assert belongs(told("a", keys=("order:A-1", "payer:customer:c")), wanted)
    assert not belongs(told("a", keys=("order:A-1", "serial:SN-2")), wanted)
    assert belongs(told("a", keys=("order:A-1", "serial:SN-2")), Wanted("request", "1"))


READ_TO_7 = Position(next=8, last=7, mark=b"mark")


@pytest.mark.parametrize(
    ("position", "begin", "end", "expected"),
    [
        (None, 3, 9, GoingOn(Found.AS_IT_WAS, 3)),
        (Position(), 3, 9, GoingOn(Found.AS_IT_WAS, 3)),
        (READ_TO_7, 0, 9, GoingOn(Found.AS_IT_WAS, 7)),
        (READ_TO_7, 0, 8, GoingOn(Found.AS_IT_WAS, 7)),
        (READ_TO_7, 8, 9, GoingOn(Found.AS_IT_WAS, 8)),
        (READ_TO_7, 10, 12, GoingOn(Found.LOST, 10, 2)),
        (READ_TO_7, 0, 5, GoingOn(Found.ANEW, 0)),
        (Position(next=9, last=7, mark=b"mark"), 8, 9, GoingOn(Found.AS_IT_WAS, 9)),
    ],
)
def test_reading_goes_on_where_it_was_and_begins_anew_where_the_log_is_shorter(
    position: Position | None, begin: int, end: int, expected: GoingOn
) -> None:
    assert go_on(position, begin, end) == expected


def test_a_log_is_known_again_by_the_last_record_that_was_read() -> None:
    assert is_known_again(READ_TO_7, 7, b"mark")
    assert not is_known_again(READ_TO_7, 7, b"other")
    assert is_known_again(READ_TO_7, 8, b"other")
