"""One Kafka and one MongoDB for all of these tests; they are for one worker of pytest-xdist."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.operations.doctor import own_servers
from tests.operations.doctor.ward import Ward


@pytest.fixture(scope="session")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with own_servers.kafka(tmp_path_factory.mktemp("kafka")) as address:
        yield address


@pytest.fixture(scope="session")
def own_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with own_servers.guarded_mongod(tmp_path_factory.mktemp("mongod")) as address:
        yield address


@pytest.fixture(scope="session")
def installed_ward(own_kafka: str, own_mongo: str) -> Iterator[Ward]:
    ward = Ward(own_kafka, own_mongo, "ward")
    asyncio.run(ward.prepare())
    yield ward
    ward.close()


@pytest.fixture
def ward(installed_ward: Ward) -> Iterator[Ward]:
    """An installation that is all right, but that nothing runs in it; what a test writes there is gone afterwards."""
    yield installed_ward
    installed_ward.clean()
