"""The three services at once under seeds of faults."""

from collections.abc import Callable

import pytest

from tests.engine.simulation.summary import portion
from tests.together.simulation.trial import THREE

SEEDS = 300
AT_A_TIME = 25


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
def test_no_seed_breaks_a_rule(
    first: int, record_property: Callable[[str, object], None], request: pytest.FixtureRequest
) -> None:
    times = 20 if request.config.getoption("--long") else 1
    summary = portion(range(first * times, (first + AT_A_TIME) * times), THREE)
    record_property("together", summary.as_json())
    assert not summary.failed, "\n".join(summary.lines())
