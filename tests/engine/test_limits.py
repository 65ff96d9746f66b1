"""A table of numbers: what the environment says counts, what it does not say is left alone, what is wrong is told."""

from datetime import timedelta

import pytest

from services.engine.runtime.limits import Limit, read_limits

TABLE = (
    Limit("LEASELINE_BOXES", "most_boxes", 1, 64),
    Limit("LEASELINE_KEPT_HOURS", "kept_for", 0, 720, timedelta(hours=1)),
)


def test_only_what_is_said_is_taken_each_in_its_unit() -> None:
    assert read_limits(TABLE, {}) == {}
    assert read_limits(TABLE, {"LEASELINE_BOXES": " ", "LEASELINE_KEPT_HOURS": "36"}) == {
        "kept_for": timedelta(hours=36)
    }
    assert read_limits(TABLE, {"LEASELINE_BOXES": "64", "LEASELINE_KEPT_HOURS": "0"}) == {
        "most_boxes": 64,
        "kept_for": timedelta(0),
    }


@pytest.mark.parametrize(
    ("name", "wrong", "meant"),
    [
        ("LEASELINE_BOXES", "0", "from 1 to 64"),
        ("LEASELINE_BOXES", "65", "from 1 to 64"),
        ("LEASELINE_BOXES", "many", "from 1 to 64"),
        ("LEASELINE_KEPT_HOURS", "1.5", "from 0 to 720"),
        ("LEASELINE_KEPT_HOURS", "nan", "from 0 to 720"),
        ("LEASELINE_KEPT_HOURS", "24h", "from 0 to 720"),
    ],
)
def test_a_wrong_number_is_told_with_what_may_stand_there(name: str, wrong: str, meant: str) -> None:
    with pytest.raises(SystemExit, match=f"{name} is '{wrong}': give a whole number {meant}"):
        read_limits(TABLE, {name: wrong})
