"""The real producer port against a client that tells everything and acknowledges when it is told to (rule 7)."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
from aiokafka.errors import KafkaTimeoutError

from services.engine.adapters import kafka_producer
from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.core.faults import NotSaid
from services.engine.core.record import Outgoing, Place


class Batch:
    """Holds two records."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    def append(self, *, value: bytes, **_rest: object) -> object | None:
        if len(self.values) == 2:
            return None
        self.values.append(value)
        return object()


class Client:
    """Stands for the broker's client; all of them are in ``made``."""

    made: ClassVar[list["Client"]] = []

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.sent: list[tuple[Place, list[bytes]]] = []
        self.acknowledgements: dict[Place, list[asyncio.Future[None]]] = {}
        self._sender = None
        self._message_accumulator = self
        self.client = self
        Client.made.append(self)

    async def start(self) -> None:
        """Is there."""

    async def close(self) -> None:
        """Goes."""

    def create_batch(self) -> Batch:
        return Batch()

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> asyncio.Future[None]:
        self.sent.append(((topic, partition), batch.values))
        waiting = asyncio.get_running_loop().create_future()
        self.acknowledgements.setdefault((topic, partition), []).append(waiting)
        return waiting

    def fail_all(self, error: Exception) -> None:
        """What still waits has failed."""
        for waiting in (each for place in self.acknowledgements.values() for each in place):
            if not waiting.done():
                waiting.set_exception(error)

    def values(self, place: Place) -> list[list[bytes]]:
        """The produce batches of a partition."""
        return [values for there, values in self.sent if there == place]


@pytest.fixture(autouse=True)
def clients() -> Iterator[list[Client]]:
    Client.made = []
    with patch.object(kafka_producer, "AIOKafkaProducer", Client):
        yield Client.made


def _records(lane: int, *values: bytes) -> list[Outgoing]:
    return [Outgoing("t", lane, None, value) for value in values]


async def _turn() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class AllAtOnce(KafkaProducer):
    """The mutant: the next produce batch goes before the acknowledgement of the last."""

    async def _in_order(self, producer: Any, place: Place, records: Sequence[Outgoing]) -> None:
        waiting = []
        for at in range(0, len(records), 2):
            batch = producer.create_batch()
            for record in records[at : at + 2]:
                kafka_producer._added(batch, record)
            waiting.append(await producer.send_batch(batch, place[0], partition=place[1]))
        for each in waiting:
            await each


async def test_the_next_produce_batch_goes_after_the_acknowledgement_of_the_one_before(clients: list[Client]) -> None:
    saying = asyncio.create_task(KafkaProducer("k", "c").publish(_records(0, b"1", b"2", b"3")))
    await _turn()
    (client,) = clients
    assert client.values(("t", 0)) == [[b"1", b"2"]]
    client.acknowledgements["t", 0][0].set_result(None)
    await _turn()
    assert client.values(("t", 0)) == [[b"1", b"2"], [b"3"]]
    assert not saying.done()
    client.acknowledgements["t", 0][1].set_result(None)
    await saying


async def test_a_producer_that_does_not_wait_would_be_noticed(clients: list[Client]) -> None:
    saying = asyncio.create_task(AllAtOnce("k", "c").publish(_records(0, b"1", b"2", b"3")))
    await _turn()
    assert clients[0].values(("t", 0)) == [[b"1", b"2"], [b"3"]]
    saying.cancel()


async def test_partitions_go_side_by_side(clients: list[Client]) -> None:
    saying = asyncio.create_task(KafkaProducer("k", "c").publish([*_records(0, b"a"), *_records(1, b"b")]))
    await _turn()
    assert sorted(place for place, _ in clients[0].sent) == [("t", 0), ("t", 1)]
    for (waiting,) in clients[0].acknowledgements.values():
        waiting.set_result(None)
    await saying


async def test_after_a_failure_nothing_more_of_the_partition_goes(clients: list[Client]) -> None:
    saying = asyncio.create_task(KafkaProducer("k", "c").publish(_records(0, b"1", b"2", b"3")))
    await _turn()
    clients[0].acknowledgements["t", 0][0].set_exception(KafkaTimeoutError())
    with pytest.raises(NotSaid):
        await saying
    assert clients[0].values(("t", 0)) == [[b"1", b"2"]]


async def test_two_who_speak_to_one_partition_take_turns(clients: list[Client]) -> None:
    producer = KafkaProducer("k", "c")
    first = asyncio.create_task(producer.publish(_records(0, b"1", b"2", b"3")))
    await _turn()
    second = asyncio.create_task(producer.publish(_records(0, b"x")))
    await _turn()
    for number in range(3):
        clients[0].acknowledgements["t", 0][number].set_result(None)
        await _turn()
    await asyncio.gather(first, second)
    assert clients[0].values(("t", 0)) == [[b"1", b"2"], [b"3"], [b"x"]]


async def test_a_replaced_producer_says_nothing_more_and_who_waits_for_it_learns(clients: list[Client]) -> None:
    producer = KafkaProducer("k", "c")
    saying = asyncio.create_task(producer.publish(_records(0, b"1", b"2", b"3")))
    await _turn()
    await producer.replace()
    with pytest.raises(NotSaid):
        await saying
    again = asyncio.create_task(producer.publish(_records(0, b"1")))
    await _turn()
    old, new = clients
    assert len(old.sent) == 1
    new.acknowledgements["t", 0][0].set_result(None)
    await again


async def test_it_is_idempotent_and_waits_for_all_copies(clients: list[Client]) -> None:
    saying = asyncio.create_task(KafkaProducer("k", "c").publish(_records(0, b"1")))
    await _turn()
    assert clients[0].settings["enable_idempotence"] is True
    assert clients[0].settings["acks"] == "all"
    saying.cancel()


async def test_a_broker_that_never_answers_ends_in_not_said() -> None:
    with patch.object(kafka_producer, "PUBLISHED", 0.01), pytest.raises(NotSaid):
        await KafkaProducer("k", "c").publish(_records(0, b"1"))
