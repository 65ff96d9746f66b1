"""Each contract test runs twice: in memory and on real servers."""

from collections.abc import AsyncIterator

import pytest

from tests.engine.contract.ground import Ground
from tests.engine.contract.in_memory import MemoryGround
from tests.engine.contract.real import RealGround


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.containers)])
async def ground(request: pytest.FixtureRequest) -> AsyncIterator[Ground]:
    if request.param == "memory":
        yield MemoryGround()
        return
    kafka, mongo, database = (request.getfixturevalue(name) for name in ("kafka", "mongo", "database"))
    real = RealGround(kafka, mongo, database)
    await real.start()
    yield real
    await real.close()
