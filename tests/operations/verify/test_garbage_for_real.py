"""Garbage on real topics and in real databases: `leaseline verify` reads past it and says so."""

import random
from pathlib import Path

from aiokafka import AIOKafkaProducer
from bson import SON, ObjectId
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient

from contracts.topics import TOPICS
from installation.addresses import Addresses
from installation.topics import create_topics
from operations.verify import verified
from operations.verify.kept import COLLECTIONS

LANES = 2
NAMES = ("leaseline-origin", "leaseline-topic", "leaseline-offset", "ce_type", "content-type", "a")
BAD_TEXT = b"\x17\x00\x00\x00\x02_id\x00\x02\x00\x00\x00y\x00\x02t\x00\x02\x00\x00\x00\xff\x00\x00"
"""A document whose text is no UTF-8, as some other client's mistake leaves it."""


async def _publish(kafka: str) -> int:
    chance, count = random.Random(7), 0
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for topic in TOPICS:
            for number in range(40):
                headers = [(chance.choice(NAMES), chance.randbytes(4)) for _ in range(chance.randrange(3))]
                value = (
                    None if number % 9 == 0 else b'{"source": "leaseline/orders", "type": 1e999}' if number % 5 == 0
                    else chance.randbytes(chance.randrange(60))
                )  # fmt: skip
                await producer.send(topic.name, value, b"key", partition=number % LANES, headers=headers)
                count += 1
    finally:
        await producer.stop()
    return count


async def test_random_records_and_odd_documents_end_in_a_report(installed: tuple[Path, Addresses]) -> None:
    _, addresses = installed
    await create_topics(addresses.kafka, LANES)
    sent = await _publish(addresses.kafka)
    async with AsyncMongoClient[dict[str, object]](addresses.mongo) as client:
        for service, collection, _ in COLLECTIONS:
            place = client[f"odd_{service}"][collection]
            await place.insert_many([{}, {"_id": 7}, {"_id": "x", "items": None, "opens": [2**62]}])
            await place.insert_one({"_id": ObjectId(), "at": SON()})
        await client["odd_orders"]["installation"].insert_one({"_id": "lanes", "lanes": LANES})
        await client["odd_orders"]["checkpoints"].insert_one({"_id": "no lane"})
        raw = client.get_database("odd_billing").get_collection("payers")
        length = len(BAD_TEXT).to_bytes(4, "little")
        await raw.insert_one(RawBSONDocument(length + BAD_TEXT[4:]))

    report = await verified(addresses.kafka, addresses.mongo, "odd", patience=0.0)

    assert report.summary
    read = next(each.count for each in report.counts if each.what == "records read")
    assert read == sent
    told = {each.what.split(",")[0]: each.count for each in report.waits}
    assert told["records of events"] > 100
    assert told["documents that are not as a service writes them"] > len(COLLECTIONS)
