"""Of a list or a mapping only what changed is written, and the database then holds what a whole write would leave."""

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.core.differing import WHOLE, differing, with_paths
from services.engine.core.document import Document, field, replace, stored_form
from services.engine.core.service import Change, Collection, Decision
from services.engine.core.unit_of_work import BatchUnitOfWork, Write


class Unit(Document):
    serial: str
    at: int = 0


class Box(Document):
    total: int = 0
    units: tuple[Unit, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)


UNIT = st.builds(Unit, serial=st.sampled_from("ABC"), at=st.integers(0, 2))
ROWS = st.dictionaries(st.sampled_from([*map(str, range(20)), "a.b", "$x", ""]), st.integers(0, 2))
BOXES = st.builds(Box, total=st.integers(0, 2), units=st.lists(UNIT, max_size=20).map(tuple), rows=ROWS)
MANY = tuple(Unit(serial=f"S{n}") for n in range(WHOLE))


@st.composite
def became(draw: st.DrawFn, old: Box) -> Box:
    """Another box, or this one with some of it changed and something new in it."""
    if draw(st.booleans()):
        return draw(BOXES)
    units = list(old.units)
    for place in draw(st.lists(st.integers(0, max(0, len(units) - 1)), max_size=3)):
        units[place : place + 1] = [draw(UNIT)]
    more = draw(st.lists(UNIT, max_size=3))
    return replace(old, units=(*units, *more), rows={**old.rows, **draw(ROWS)})


def _write(old: Box, new: Box) -> Write | None:
    work = BatchUnitOfWork(1, (Collection("boxes", Box),), {})
    work.put_loaded([("boxes", "b")], {("boxes", "b"): stored_form(old)})
    work.apply(Decision((Change(Box, "b", new),)), 0)
    return next(iter(work.writes()), None)


@given(st.data())
def test_after_its_parts_were_written_a_document_is_what_it_would_be_written_whole(data: st.DataObject) -> None:
    old = data.draw(BOXES)
    new = data.draw(became(old))
    write = _write(old, new)
    after = stored_form(old) if write is None else write.onto(stored_form(old))
    assert bson.decode(bson.encode(after)) == bson.decode(bson.encode(stored_form(new)))


@pytest.mark.parametrize(
    ("new", "paths"),
    [
        ((*MANY, Unit(serial="D")), {f"units.{WHOLE}": {"serial": "D"}}),
        ((MANY[0], Unit(serial="X", at=1), *MANY[2:]), {"units.1": {"serial": "X", "at": 1}}),
        (tuple(Unit(serial="X") for _ in MANY), None),
        (MANY[1:], None),
        ((), None),
    ],
    ids=["appended", "one changed", "all changed", "one taken out", "emptied"],
)
def test_elements_are_written_alone_while_the_others_stay(
    new: tuple[Unit, ...], paths: dict[str, object] | None
) -> None:
    assert differing("units", MANY, new) == paths


def test_what_was_empty_is_written_whole_for_it_was_not_stored() -> None:
    assert differing("units", (), MANY) is None
    assert differing("rows", {}, dict.fromkeys("123456789", 1)) is None


def test_a_short_list_is_written_whole() -> None:
    assert differing("units", MANY[2:], (*MANY[2:], Unit(serial="D"))) is None


def test_rows_are_written_alone_unless_a_key_cannot_stand_in_a_path() -> None:
    rows = dict.fromkeys("123456789", 8)
    assert differing("rows", rows, {**rows, "2": 9}) == {"rows.2": 9}
    assert differing("rows", {**rows, "a/b.c": 8}, {**rows, "a/b.c": 9}) is None
    assert differing("rows", {**rows, "17": 8}, rows) is None


def test_a_document_grows_by_what_is_new_however_large_it_is() -> None:
    old = Box(total=1, units=tuple(Unit(serial=f"S{n}") for n in range(2000)))
    write = _write(old, replace(old, total=2, units=(*old.units, Unit(serial="S2000"))))
    assert write == Write("boxes", "b", {"total": 2, "units.2000": {"serial": "S2000"}})


def test_several_paths_of_one_field_are_set_in_order() -> None:
    assert with_paths({"units": [1, 2]}, {"units.0": 9, "units.2": 3, "total": 1}) == {"units": [9, 2, 3], "total": 1}
