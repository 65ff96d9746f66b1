"""What a number of lanes may become, and what of a lane, its documents and its clock."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.core.checkpoint import Barrier, Checkpoint
from services.engine.core.document import replace
from services.engine.core.growing import HELD, MOVING, Growing, added_lane, heard, new_homes, why_not
from services.engine.core.lanes import home
from services.engine.core.record import Outgoing
from services.engine.core.service import HomeField, LaneClock

CLOCK = LaneClock(datetime(2026, 3, 2, tzinfo=UTC), 90_000)
FIELDS = (HomeField("lane"), HomeField("wakes", "sku:{sku}"))


@given(st.text(max_size=40), st.integers(1, 64), st.integers(2, 16))
def test_all_subjects_of_a_new_lane_come_from_its_mother(subject: str, before: int, times: int) -> None:
    if not subject.startswith("lane:"):
        assert home(subject, before * times) % before == home(subject, before)


@pytest.mark.parametrize(("before", "after"), [(16, 32), (16, 48), (4, 8), (1, 3), (512, 1024)])
def test_it_can_grow_to_a_multiple(before: int, after: int) -> None:
    assert why_not(before, after, 1024) is None


@pytest.mark.parametrize(
    ("before", "after", "example"), [(16, 24, "32, 48, 64"), (16, 8, "32"), (16, 16, "32"), (16, 1040, "32")]
)
def test_another_number_is_refused_with_those_that_are_possible(before: int, after: int, example: str) -> None:
    why = why_not(before, after, 1024)
    assert why is not None
    assert example in why


def test_one_that_has_the_most_lanes_cannot_grow() -> None:
    assert why_not(1024, 2048, 1024) == "it has 1024 lanes, and 1024 are the most that an installation can have"


def test_a_document_gets_the_home_of_the_subject_that_each_field_follows_from() -> None:
    stored = {"_id": "o-1", "lane": home("o-1", 4), "wakes": home("sku:A", 4), "sku": "A", "due": 7}
    moved = {**stored, **new_homes(stored, FIELDS, 8)}
    assert moved == {**stored, "lane": home("o-1", 8), "wakes": home("sku:A", 8)}
    assert new_homes(moved, FIELDS, 8) == {}, "again does no harm"


def test_a_field_that_names_no_lane_stays_absent() -> None:
    assert new_homes({"_id": "o-1"}, FIELDS, 8) == {}
    assert new_homes({"_id": "o-1", "lane": None}, FIELDS, 8) == {}


@given(st.lists(st.text(max_size=20), max_size=20), st.integers(1, 8), st.integers(2, 4))
def test_a_second_growth_moves_as_one_growth_would(ids: list[str], before: int, times: int) -> None:
    for id_ in ids:
        stored = {"_id": id_, "lane": max(home(id_, before), 0)}
        once = {**stored, **new_homes(stored, FIELDS, before * times)}
        twice = {**once, **new_homes(once, FIELDS, before * times * 2)}
        assert twice == {**stored, **new_homes(stored, FIELDS, before * times * 2)}


TOPICS = ("s.events", "s.internal", "s.requests")
ENDS = {"s.events": (2, 9), "s.internal": (0, 0), "s.requests": (0, 50)}


def test_a_lane_has_heard_all_when_only_requests_are_unread_and_nothing_is_to_be_said() -> None:
    assert heard(Checkpoint(1, offsets={"s.events": 9}), TOPICS, ENDS).all


def test_what_is_unread_or_perhaps_unsaid_is_left() -> None:
    said = (Outgoing("t", 0, None, b""),)
    stands = heard(Checkpoint(1, offsets={"s.events": 7}, outgoing=said), TOPICS, ENDS)
    assert (stands.unread, stands.unsaid, stands.all) == ({"s.events": 2}, 1, False)


def test_a_lane_that_nobody_ever_had_has_everything_before_it_that_its_log_still_has() -> None:
    assert heard(Checkpoint(1), TOPICS, ENDS).unread == {"s.events": 7}


def test_a_new_lane_has_its_mothers_clock_and_nothing_else_of_it() -> None:
    mother = Checkpoint(1, epoch=7, batch=9, offsets={"s.events": 9}, clock=CLOCK, passing={"s.events": (0, 4)})
    barriers = (Barrier("s.requests", 1, 0, 41), Barrier("s.internal", 5, 0, 0))
    new = added_lane(5, mother, {"s.requests": 2}, Growing(4, 8, MOVING), barriers)
    assert new == Checkpoint(5, epoch=1, incarnations={"s.requests": 2}, clock=CLOCK, lanes=8, barriers=(barriers[0],))


def test_a_barrier_is_passed_by_a_position_or_by_a_reset() -> None:
    barrier = Barrier("s.requests", 1, 2, 41)
    lane = Checkpoint(1, incarnations={"s.requests": 2})
    assert not lane.passed(barrier)
    assert not replace(lane, offsets={"s.requests": 40}).passed(barrier)
    assert replace(lane, offsets={"s.requests": 41}).passed(barrier)
    assert replace(lane, incarnations={"s.requests": 3}).passed(barrier)


def test_the_sentence_names_the_command_and_the_setting() -> None:
    why = Growing(4, 8, HELD).why_stopped
    assert "from 4 to 8 lanes" in why
    assert "leaseline lanes grow --to 8" in why
    assert "LEASELINE_LANES=8" in why
