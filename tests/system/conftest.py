"""One installation at a time: the topics' names are the same in all, so the workers of a test run take turns."""

import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from installation.addresses import Addresses
from tests.conftest import SHARED
from tests.system.installation import Installation, fresh_topics

LANES = 8
Installing = Callable[..., Awaitable[Installation]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of it is one group (``tests/scheduling.py``)."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.system)


@contextmanager
def turn() -> Iterator[None]:
    """The turn of this test: no other one has an installation meanwhile."""
    with (Path(os.environ[SHARED]) / "installation").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


@pytest.fixture
async def installing(addresses: Addresses, database: str, tmp_path: Path) -> AsyncIterator[Installing]:
    """Makes installations, one after another; the services of each end with the test."""
    with turn(), ExitStack() as stack:
        made = 0

        async def make(lanes: int = LANES, at: Addresses = addresses) -> Installation:
            nonlocal made
            made += 1
            await fresh_topics(at.kafka, lanes)
            installation = Installation(at, f"{database}_{made}", tmp_path / f"logs-{made}", lanes)
            stack.callback(installation.stop)
            return installation

        yield make


@pytest.fixture
async def installation(installing: Installing) -> Installation:
    """An installation with nothing in it, and nothing running."""
    return await installing()
