"""Which tests one worker of pytest-xdist runs, one after the other: they would only wait for one another.

pytest 9.2 keeps a test's id elsewhere than pytest-xdist 3.8 writes a group's name: ``xdist_group`` groups nothing.
"""

from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER: Final = {
    "tests/system/": "system",
    "tests/operations/doctor/": "doctor",
    "tests/watch/test_watching.py": "watching",
}
"""How the ids of tests begin that have one installation, or servers of their own, between them."""


def group_of(nodeid: str) -> str:
    """The name of the tests that run on the same worker; a test that is in no group is one by itself."""
    return next((name for begins, name in TOGETHER.items() if nodeid.startswith(begins)), nodeid)


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Whole groups, the largest first: the others fill what is left beside it."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """A hook of pytest-xdist."""
    return Scheduling(config, log)
