"""What an order of many units costs that is scanned one by one: bytes grow with its units, not with their square.

Counted are bytes, not time: of the documents that a service loads, of what its writes name, and of the documents as
they are kept after each write. No bound is a measured number: that twice as many units cost about twice as much.
"""

from functools import cache

import pytest

from tests.together.flow import Flow, lines_of

SERVICES = ("orders", "fulfillment", "billing")
WHAT = ("loaded", "written", "kept")
LEAST, MOST = 500, 1000


@cache
def moved(units: int) -> dict[str, tuple[int, int, int]]:
    """By service, what the scans of such an order moved, its first ``LEAST // 2`` units left out: to them everything is
    in few documents, and small.
    """
    flow = Flow()
    lines = lines_of(MOST)
    flow.places(*lines)
    marks = [flow.weighed()]
    for number in range(units):
        if number == LEAST // 2:
            marks.append(flow.weighed())
        flow.scans(number % len(lines) + 1, f"serial-{number:05}")
    begin, end = marks[-1], flow.weighed()
    return {name: tuple(b - a for a, b in zip(begin[name], end[name], strict=True)) for name in end}  # type: ignore[misc]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("what", WHAT)
def test_a_unit_scanned_late_costs_no_more_than_one_scanned_early(service: str, what: str) -> None:
    place = WHAT.index(what)
    early, all_ = moved(LEAST)[service][place], moved(MOST)[service][place]
    per_early, per_late = early / (LEAST - LEAST // 2), (all_ - early) / (MOST - LEAST)
    assert per_late < 1.25 * per_early


@pytest.mark.parametrize("service", SERVICES)
def test_a_unit_writes_little_more_than_itself_in_each_service(service: str) -> None:
    assert moved(MOST)[service][1] / (MOST - LEAST // 2) < 1500


def test_two_hundred_small_lines_cost_no_more_to_write_than_one_large() -> None:
    flow = Flow()
    flow.places(*(2,) * 200)
    before = flow.weighed()
    for line in range(1, 101):
        flow.scans(line, f"serial-{line}")
    after = flow.weighed()
    assert all((after[name][1] - before[name][1]) / 100 < 1500 for name in SERVICES)
