"""What nobody decides does not pile up without an end; what is decided leaves the count, however much there was."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.adapters.mongo_client import connect
from services.engine.core.answer import ANSWERS, Answered
from services.engine.core.document import stored_form
from services.engine.core.faults import NotSaid
from services.engine.core.record import Outgoing
from services.http.asking import sending
from services.http.asking.door import Door
from services.http.asking.intake import Intake
from services.http.asking.request_store import RequestStore, stored
from services.http.asking.sending import Sender
from services.http.asking.waiting import Waiting
from services.http.callers.caller import Caller
from services.http.telling.problem import Problem
from tests.http.test_issued import NOW

Database = AsyncDatabase[dict[str, Any]]
CALLER = Caller("office", "Ada", frozenset())


class Kafka:
    """Takes everything, or nothing."""

    def __init__(self) -> None:
        self.said: list[Outgoing] = []
        self.away = False
        self.tried = 0

    async def publish(self, records: Sequence[Outgoing]) -> None:
        self.tried += 1
        if self.away:
            raise NotSaid
        self.said += records

    async def replace(self) -> None:
        """Another one is as good."""


class Process:
    """The requests of one service in one process."""

    def __init__(self, database: Database, most: int) -> None:
        self.kafka = Kafka()
        self.now = NOW
        self.database = database
        self.store = RequestStore(database)
        self.sender = Sender(
            self.store, cast("KafkaProducer", self.kafka), lambda: self.now, lambda *_: None, most
        )  # fmt: skip
        waiting = Waiting(self.store.answers, lambda _: None)
        self.door = Door("orders", 8, database, self.store, self.sender, waiting, lambda: self.now)

    async def take(self, *names: str) -> None:
        for name in names:
            await self.door.take(intake(name), CALLER, wait=0, stale=False)

    async def answer(self, *names: str) -> None:
        for name in names:
            answer = stored(intake(name), CALLER.owner, NOW, stale=False).answer
            said = Answered(source="http:office", id=name, state="done", time=NOW, subject=name)
            await self.database[ANSWERS].insert_one({"_id": answer, **stored_form(said)})


def intake(name: str) -> Intake:
    record = Outgoing("orders.requests", 0, name.encode(), b"{}", ())
    return Intake(f"orders-{name}", "http:office", name, "same", name, record, ())


def names(count: int) -> list[str]:
    return [f"r-{number}" for number in range(count)]


@pytest.fixture
async def process(mongo: str, database: str) -> AsyncIterator[Process]:
    async with connect(mongo) as client:
        found = Process(client[database], 10)
        await found.store.prepare()
        yield found


async def test_beyond_the_bound_nothing_is_stored_until_something_is_decided(process: Process) -> None:
    await process.take(*names(10))
    await process.sender.look()
    with pytest.raises(Problem) as told:
        await process.take("one-more")
    assert (told.value.document.status, told.value.headers) == (503, {"Retry-After": "30"})
    with pytest.raises(Problem):
        await process.door.take_many([intake("one-more")], CALLER, wait=0)
    assert await process.store.find("orders-one-more") is None

    await process.answer(*names(5))
    process.now += timedelta(minutes=1)
    await process.sender.look()
    assert not process.sender.full
    await process.take("one-more")


async def test_however_many_were_decided_all_leave_the_count_at_one_look(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST", 3)
    await process.take(*names(10))
    await process.answer(*names(10))
    process.now += timedelta(minutes=1)
    await process.sender.look()
    assert await process.store.count_open(100) == 0


async def test_what_nobody_answered_is_sent_once_at_one_look_however_much_it_is(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST", 3)
    await process.take(*names(10))
    process.kafka.said.clear()
    process.now += timedelta(minutes=1)
    await process.sender.look()
    assert sorted(record.key or b"" for record in process.kafka.said) == sorted(name.encode() for name in names(10))


async def test_a_kafka_that_is_away_is_asked_once_at_one_look(process: Process) -> None:
    await process.take(*names(9))
    process.kafka.away, process.kafka.tried = True, 0
    process.now += timedelta(minutes=1)
    await process.sender.look()
    assert process.kafka.tried == 1
    assert await process.store.count_open(100) == 9


async def test_too_many_that_wait_in_one_process_are_told_to_come_again(process: Process) -> None:
    process.door._most_waiting = 0
    with pytest.raises(Problem) as told:
        await process.take("one")
    assert (told.value.document.code, told.value.headers) == ("too_many_waiting", {"Retry-After": "2"})
    assert await process.store.find("orders-one") is None
