"""A cursor of the feed stands for one offset of each partition, under its filters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.core.record import Place
from services.http.events.feed import EVENTS
from services.http.events.position import Filters, from_cursor, to_cursor
from services.http.telling.problem import Problem

ALL = Filters()
OFFSETS = st.lists(st.integers(0, 2**62), min_size=len(EVENTS) * 3, max_size=len(EVENTS) * 3)


def places(lanes: int = 3) -> list[Place]:
    return [(topic, lane) for topic in EVENTS for lane in range(lanes)]


@given(OFFSETS)
def test_a_cursor_is_the_positions_that_it_was_made_from(offsets: list[int]) -> None:
    positions = dict(zip(places(), offsets, strict=True))
    assert from_cursor(to_cursor(positions, ALL), ALL, EVENTS, 3) == positions


def test_lanes_that_were_added_since_begin_at_their_beginning() -> None:
    cursor = to_cursor(dict.fromkeys(places(), 7), ALL)
    assert from_cursor(cursor, ALL, EVENTS, 6)["orders.events", 5] == 0


def test_a_cursor_fits_in_a_line_however_many_lanes_there_are() -> None:
    assert len(to_cursor({place: 10**12 + place[1] * 7919 for place in places(1024)}, ALL)) < 20_000


@given(st.text(max_size=200))
def test_what_is_no_cursor_is_told_so(text: str) -> None:
    for tried in (text, "e1" + text):
        with pytest.raises(Problem) as found:
            from_cursor(tried, ALL, EVENTS, 3)
        assert found.value.document.status == 400


@pytest.mark.parametrize(
    "other", [Filters(types=("OrderPlaced",)), Filters(subject="A"), Filters(source="leaseline/orders")]
)
def test_a_cursor_of_other_filters_is_refused(other: Filters) -> None:
    with pytest.raises(Problem):
        from_cursor(to_cursor(dict.fromkeys(places(), 1), ALL), other, EVENTS, 3)


def test_a_cursor_of_more_lanes_belongs_to_another_installation() -> None:
    with pytest.raises(Problem):
        from_cursor(to_cursor(dict.fromkeys(places(8), 1), ALL), ALL, EVENTS, 3)
