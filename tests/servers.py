"""Servers of these tests' own: they are about servers that are started here, whatever the run itself uses."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest

from deploy.local import servers
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE, Addresses


class Servers(Protocol):
    """`servers.running` with a small cache."""

    def __call__(
        self, data: Path, *, kafka_port: int | None = None, mongo_port: int | None = None, fresh: bool = False
    ) -> AbstractContextManager[Addresses]: ...


running: Servers = partial(servers.running, cache_gb=0.25)


@pytest.fixture
def nobody_names_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KAFKA_VARIABLE, raising=False)
    monkeypatch.delenv(MONGO_VARIABLE, raising=False)


@pytest.fixture
def small_servers(nobody_names_servers: None) -> Servers:  # noqa: ARG001 - it clears the environment
    """Starts servers on a folder of the test's choice."""
    return running


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Addresses]]:
    """Servers that run for the whole module, and their data folder."""
    data = tmp_path_factory.mktemp("servers")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(KAFKA_VARIABLE, raising=False)
        environment.delenv(MONGO_VARIABLE, raising=False)
        with running(data) as addresses:
            yield data, addresses


@pytest.fixture
def named_database(mongo: str, database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The prefix of this test's databases: commands find them by the environment, and no Kafka."""
    monkeypatch.setenv(MONGO_VARIABLE, mongo)
    monkeypatch.setenv(KAFKA_VARIABLE, "127.0.0.1:9")
    monkeypatch.setenv("LEASELINE_DATABASES", database)
    return database
