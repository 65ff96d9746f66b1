"""A lane in which nothing moves is something wrong, although no invariant is broken."""

from typing import cast

import pytest

from operations.verify import settling
from operations.verify.databases import Databases
from operations.verify.reading import Log
from operations.verify.report import Report
from operations.verify.settling import Standing, settled

HERE, THERE = ("billing.requests", 3), ("billing.requests", 4)


class _Log:
    places = (HERE, THERE)

    async def empty(self, begins: object, _ends: object) -> bool:
        return begins == {THERE: 5}  # nothing but markers

    async def ends(self, _places: object) -> dict[tuple[str, int], int]:
        return {HERE: 12, THERE: 7}


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Log:
    """Billing stands at 2 in one lane, and before a hole in the other."""

    async def standing(*_: object) -> Standing:
        return Standing({HERE: 12, THERE: 7}, {("billing", HERE): 2, ("billing", THERE): 5})

    monkeypatch.setattr(settling, "standing", standing)
    monkeypatch.setattr(settling, "ENOUGH", 0.0)
    return cast("Log", _Log())


async def test_a_lane_in_which_nothing_is_decided_is_named_and_one_before_a_hole_is_not(still: Log) -> None:
    behind = await settled(still, cast("Databases", None), 0.0)
    (sentence,) = behind.stands
    assert "lane 3 of billing stands: of 10 unread records none was decided" in sentence


async def test_after_a_short_look_nobody_knows_whether_a_lane_stands(
    still: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "ENOUGH", 10.0)
    assert (await settled(still, cast("Databases", None), 0.0)).stands == ()


def test_a_report_with_a_lane_that_stands_does_not_hold() -> None:
    report = Report((), stands=("lane 3 of billing stands",))
    assert not report.holds
    assert report.summary == "0 of 0 hold; 1 lane without progress"
