"""A service's process before it serves."""

import pytest

from services.engine.adapters.process import ServiceProcess
from services.engine.core.faults import Stop
from services.engine.runtime.settings import Settings
from tests.engine.simulation.tally import SERVICE


async def test_a_database_that_does_not_answer_at_the_start_stops_the_service_with_what_to_look_at() -> None:
    settings = Settings(kafka="127.0.0.1:1", mongo="mongodb://user:secret@127.0.0.1:1", start_seconds=0)
    serving = ServiceProcess(SERVICE, settings)
    with pytest.raises(Stop, match=r"MongoDB does not answer.*check LEASELINE_MONGO") as stopped:
        await serving._prepare()
    await serving._store.close()
    assert "secret" not in str(stopped.value)
