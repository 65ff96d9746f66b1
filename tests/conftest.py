"""Real servers for the tests: one start per run, shared by all workers of pytest-xdist.

They start when the first test asks for them. `--containers` takes the official images by testcontainers
instead; servers that LEASELINE_KAFKA and LEASELINE_MONGO name are used as they are.
"""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pymongo import MongoClient

from deploy.local import servers
from installation.addresses import Addresses
from tests.checked import checked
from tests.ledgers import SMALL, laid_out
from tests.scheduling import pytest_xdist_make_scheduler
from tests.tables import pytest_terminal_summary

__all__ = ["pytest_terminal_summary", "pytest_xdist_make_scheduler"]
"""Hooks of pytest: the tables of the simulator and the mutants, and which tests one worker runs."""

SHARED = "LEASELINE_TEST_SERVERS"
"""Environment variable: the data folder that all workers of this run share."""

CONTROLLER = "LEASELINE_TEST_CONTROLLER"
"""Environment variable: the pid of the process that began this run; the servers end with it."""

containers = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--containers",
        action="store_true",
        default=os.environ.get("LEASELINE_TEST_CONTAINERS") == "1",
        help="run on the official images of Kafka and MongoDB by testcontainers",
    )
    parser.addoption("--long", action="store_true", help="also what takes minutes to hours")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist starts its workers: they inherit the environment
def pytest_sessionstart(session: pytest.Session) -> None:
    if _is_worker(session.config):
        return
    os.environ[SHARED] = tempfile.mkdtemp(prefix="leaseline-test-")
    os.environ[CONTROLLER] = str(os.getpid())
    if session.config.getoption("--containers"):
        from tests.containers import official_images  # noqa: PLC0415 - Docker's client is not always wanted

        stack = session.config.stash[containers] = ExitStack()
        try:
            os.environ.update(stack.enter_context(official_images()).as_environment())
        except Exception as error:
            shutil.rmtree(os.environ[SHARED])
            raise pytest.UsageError(f"The official images could not be started: {error}") from error


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _is_worker(session.config):
        return
    if stack := session.config.stash.get(containers, None):
        stack.close()
    folder = Path(os.environ[SHARED])
    servers.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session", autouse=True)
def _checked_changes() -> Iterator[None]:
    """What a decision makes of a document or a message has the declared types, in every test."""
    with checked():
        yield


@pytest.fixture(scope="session")
def addresses() -> Addresses:
    """Where the run's Kafka and MongoDB answer; the first to ask starts them."""
    folder = Path(os.environ[SHARED])
    with (folder / "starting").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        return servers.found(folder) or servers.start(
            folder, cache_gb=0.25, test_commands=True, owner=int(os.environ[CONTROLLER])
        )


@pytest.fixture(scope="session")
def kafka(addresses: Addresses) -> str:
    """Kafka's `host:port`."""
    return addresses.kafka


@pytest.fixture(scope="session")
def mongo(addresses: Addresses) -> str:
    """MongoDB's URI."""
    return addresses.mongo


@pytest.fixture
def fresh_name() -> str:
    """A name that no other test has, to begin the names of topics, groups and databases with."""
    return f"t{uuid.uuid4().hex[:10]}"


@pytest.fixture
def database(mongo: str, fresh_name: str) -> Iterator[str]:
    """The name of a database of the test's own; it and all that begin with it are dropped afterwards."""
    yield fresh_name
    with MongoClient[dict[str, object]](mongo) as client:
        for name in client.list_database_names():
            if name.startswith(fresh_name):
                client.drop_database(name)


@pytest.fixture(scope="module")
def small_documents() -> Iterator[None]:
    """The laws of a module where few subscriptions lie in one document: short stories have pages, too."""
    with laid_out(*SMALL):
        yield
