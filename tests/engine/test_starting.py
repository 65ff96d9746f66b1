"""A start that has to wait: what it says, how long, and when it gives up."""

import asyncio
from collections.abc import Sequence

import pytest

from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_growing import fix_lanes, note_growing, remove_note
from services.engine.adapters.mongo_store import MongoStore
from services.engine.core.faults import Doubt, Stop
from services.engine.core.growing import HELD, MOVING, Growing
from services.engine.runtime import starting
from services.engine.runtime.starting import Patience, once_they_answer
from tests.engine.lines import lines
from tests.engine.simulation.tally import SERVICE


class Clock:
    """A clock that a test moves: one reading after the other."""

    def __init__(self, readings: Sequence[float]) -> None:
        self._readings = list(readings)

    def __call__(self) -> float:
        return self._readings.pop(0)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "AGAIN", 0.0)


async def test_a_server_that_comes_back_is_waited_for_with_a_sentence_every_ten_seconds() -> None:
    answers: list[Exception | None] = [*(Doubt("Kafka at k:1 does not answer"),) * 6, None]

    async def prepare() -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    with lines() as logs:
        await once_they_answer(prepare, Patience(300, Clock([0, 1, 2, 10.5, 11, 20, 22])))
    assert [(line["event"], line["waited"], line["reason"]) for line in logs] == [
        ("service.waits", waited, "Kafka at k:1 does not answer") for waited in (1, 11, 22)
    ]


async def test_in_the_end_it_gives_up_with_a_sentence_that_names_the_setting() -> None:
    async def prepare() -> None:
        raise Doubt("MongoDB does not answer")

    with pytest.raises(Stop, match=r"MongoDB does not answer.*300 s, as LEASELINE_START_SECONDS says"):
        await once_they_answer(prepare, Patience(300, Clock([0, 1, 299, 300])))


async def test_what_waiting_does_not_mend_is_not_waited_for() -> None:
    async def prepare() -> None:
        raise Stop("the topic x does not exist")

    with pytest.raises(Stop, match="does not exist"):
        await once_they_answer(prepare, Patience(300, Clock([0])))


async def test_workers_that_start_at_once_on_an_empty_database_all_run(mongo: str, database: str) -> None:
    """Real MongoDB: who is second in making a collection, an index or the number of lanes goes on."""
    for number in range(4):
        stores = [MongoStore(mongo, f"{database}_{number}", SERVICE) for _ in range(6)]
        await asyncio.gather(*(store.prepare(4) for store in stores))
        assert [store.session is not None for store in stores] == [True] * 6
        await asyncio.gather(*(store.close() for store in stores))


async def test_a_worker_learns_that_the_installation_has_grown_also_when_it_saw_nothing_of_it(
    mongo: str, database: str
) -> None:
    """Real MongoDB. A small installation grows between two looks of a worker, which has nothing to save then."""
    store = MongoStore(mongo, database, SERVICE)
    await store.prepare(2)
    assert await store.agree(2) is None
    async with connect(mongo) as client:
        named, held = client[database], Growing(2, 4, HELD)
        await note_growing(named, held)
        assert await store.agree(2) == held
        await note_growing(named, Growing(2, 4, MOVING))
        with pytest.raises(Stop, match="grown from 2 to 4 lanes"):
            await store.agree(2)
        await fix_lanes(named, 4)
        await remove_note(named)
    with pytest.raises(Stop, match="has 4 lanes, the setting says 2"):
        await store.agree(2)
    await store.close()
