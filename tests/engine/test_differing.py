"""Of a list or a mapping only what changed is written, and the database then holds what a whole write would leave."""

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.desk import Documents, Write
from services.engine.differing import differing, with_paths
from services.engine.kept import Kept, field, revised, stored_form
from services.engine.service import Change, Collection, Decision


class Unit(Kept):
    serial: str
    at: int = 0


class Box(Kept):
    total: int = 0
    units: tuple[Unit, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)


UNITS = st.lists(st.builds(Unit, serial=st.sampled_from("ABC"), at=st.integers(0, 2)), max_size=6).map(tuple)
ROWS = st.dictionaries(st.sampled_from(["1", "2", "17", "a.b", "$x", ""]), st.integers(0, 2))
BOXES = st.builds(Box, total=st.integers(0, 2), units=UNITS, rows=ROWS)
THREE = (Unit(serial="A"), Unit(serial="B"), Unit(serial="C"))


def _write(old: Box, new: Box) -> Write | None:
    desk = Documents(1, (Collection("boxes", Box),), {})
    desk.put_loaded([("boxes", "b")], {("boxes", "b"): stored_form(old)})
    desk.apply(Decision((Change(Box, "b", new),)), 0)
    return next(iter(desk.writes()), None)


@given(old=BOXES, new=BOXES)
def test_after_its_parts_were_written_a_document_is_what_it_would_be_written_whole(old: Box, new: Box) -> None:
    write = _write(old, new)
    after = stored_form(old) if write is None else write.onto(stored_form(old))
    assert bson.decode(bson.encode(after)) == bson.decode(bson.encode(stored_form(new)))


@pytest.mark.parametrize(
    ("new", "paths"),
    [
        ((*THREE, Unit(serial="D")), {"units.3": {"serial": "D"}}),
        ((THREE[0], Unit(serial="X", at=1), THREE[2]), {"units.1": {"serial": "X", "at": 1}}),
        (tuple(Unit(serial="X") for _ in THREE), None),
        (THREE[1:], None),
        ((), None),
    ],
    ids=["appended", "one changed", "all changed", "one taken out", "emptied"],
)
def test_elements_are_written_alone_while_the_others_stay(
    new: tuple[Unit, ...], paths: dict[str, object] | None
) -> None:
    assert differing("units", THREE, new) == paths


def test_what_was_empty_is_written_whole_for_it_was_not_stored() -> None:
    assert differing("units", (), THREE) is None
    assert differing("rows", {}, {"1": 1}) is None


def test_rows_are_written_alone_unless_a_key_cannot_stand_in_a_path() -> None:
    assert differing("rows", {"1": 8, "2": 8}, {"1": 8, "2": 9}) == {"rows.2": 9}
    assert differing("rows", {"1": 8, "a/b.c": 8}, {"1": 8, "a/b.c": 9}) is None
    assert differing("rows", {"1": 8, "2": 8}, {"1": 8}) is None


def test_a_document_grows_by_what_is_new_however_large_it_is() -> None:
    old = Box(total=1, units=tuple(Unit(serial=f"S{n}") for n in range(2000)))
    write = _write(old, revised(old, total=2, units=(*old.units, Unit(serial="S2000"))))
    assert write == Write("boxes", "b", {"total": 2, "units.2000": {"serial": "S2000"}})


def test_several_paths_of_one_field_are_set_in_order() -> None:
    assert with_paths({"units": [1, 2]}, {"units.0": 9, "units.2": 3, "total": 1}) == {"units": [9, 2, 3], "total": 1}
