"""The first yardstick: a loop by hand with the same guarantees (a fenced transaction a batch, acks=all, offsets after),
the advised layout of documents, but no features: no rules, no refusals, no repeats, no recovery.

``python -m bench.handwritten orders|fulfillment|billing``
"""

import asyncio
import json
import sys
import zlib
from collections import defaultdict
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from pymongo import InsertOne, UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.engine.adapters.mongo_store import Client
from services.engine.core.lanes import home
from services.engine.runtime.settings import Settings

Json = dict[str, Any]
Said = list[tuple[str, str, Json]]
READS = {
    "orders": ("orders.requests", "fulfillment.events"),
    "fulfillment": ("fulfillment.requests", "orders.events"),
    "billing": ("subscriptions.events",),
}


class BatchUnitOfWork:
    """What a batch loads, and what becomes of it."""

    def __init__(self) -> None:
        self.was: dict[tuple[str, str], Json | None] = {}
        self.now: dict[tuple[str, str], Json] = {}

    def get(self, collection: str, id_: str) -> Json | None:
        """The document as it is now."""
        return self.now.get((collection, id_)) or self.was.get((collection, id_))

    def put(self, collection: str, id_: str, **fields: Any) -> None:
        """Changes some of its fields."""
        self.now[collection, id_] = {**(self.get(collection, id_) or {}), **fields}


def keys(service: str, m: Json) -> list[tuple[str, str]]:
    """The documents that a message needs."""
    d = m["data"]
    if service == "orders":
        return [("orders", d["order_id"])]
    if service == "fulfillment":
        if "order" in d:
            return [("ledgers", d["order"]["order_id"])]
        return [("ledgers", d["order_id"]), *(("assets", s) for s in d["serials"])]
    s = d["subscription"]
    account = f"{s['payer']}/{s['term']}/{s['currency']}"
    return [("shares", f"{account}/{s['order_id']}"), ("accounts", account)]


def decide(service: str, m: Json, docs: BatchUnitOfWork, said: Said) -> None:
    """What a message does."""
    {"orders": _orders, "fulfillment": _fulfillment, "billing": _billing}[service](m["data"], docs, said)


def _orders(d: Json, docs: BatchUnitOfWork, said: Said) -> None:
    id_ = d["order_id"]
    if "items" in d and "customer" in d:
        items = [
            {**item, "item_id": str(n + 1), "unit_price": 1000 + item["months"], "product_name": "Bike", "taken": 0}
            for n, item in enumerate(d["items"])
        ]
        total = sum(i["unit_price"] * i["quantity"] for i in items)
        order = {
            **d,
            "items": items,
            "status": "pending",
            "monthly_total": total,
            "payer": f"customer:{d['customer']['id']}",
        }
        docs.put("orders", id_, order=order, version=1, status="pending", seen=0)
        said.append(("orders.events", id_, {"version": 1, "order": order}))
    else:
        known = docs.get("orders", id_)
        if known is not None and d["version"] > known["seen"]:
            open_ = sum(i["units"] - i["taken"] for i in d["items"])
            status = "partial" if open_ else "fulfilled"
            docs.put("orders", id_, seen=d["version"], counts=d["items"], status=status, version=known["version"] + 1)
            said.append(("orders.events", id_, {"version": known["version"] + 1, "order_id": id_, "status": status}))


def _fulfillment(d: Json, docs: BatchUnitOfWork, said: Said) -> None:
    if "order" in d:
        order = d["order"]
        early = (docs.get("ledgers", order["order_id"]) or {}).get("waiting", [])
        docs.put("ledgers", order["order_id"], order=order, version=0, subscriptions=[], units={}, waiting=[])
        for scan in early:
            _fulfillment(scan, docs, said)
        return
    if "status" in d:
        return
    ledger = docs.get("ledgers", d["order_id"])
    if ledger is None or "order" not in ledger:
        docs.put("ledgers", d["order_id"], waiting=[*(ledger or {}).get("waiting", []), d])
        return
    order, version = ledger["order"], ledger["version"]
    rows: list[Json] = []
    item = next(i for i in order["items"] if i["item_id"] == d["item_id"])
    units = dict(ledger["units"])
    for serial in d["serials"]:
        if docs.get("assets", serial) is not None:
            continue
        version += 1
        number = len(ledger["subscriptions"]) + len(rows) + 1
        row = {"id": f"{order['order_id']}/{number}", "item_id": item["item_id"], "serial": serial, "state": "active"}
        rows.append(row)
        units[item["item_id"]] = units.get(item["item_id"], 0) + 1
        docs.put("assets", serial, sku=item["sku"], order_id=order["order_id"], subscription=row["id"], state="in_use")
        subscription = {
            **row,
            "order_id": order["order_id"],
            "customer": order["customer"],
            "payer": order["payer"],
            "term": "at_once",
            "billing_address": order["billing_address"],
            "currency": order["currency"],
            "price": item["unit_price"],
            "months": item["months"],
            "start": "2018-06-01",
            "sku": item["sku"],
            "product_name": "Bike",
        }
        said.append(("subscriptions.events", order["payer"], {"version": version, "subscription": subscription}))
    version += 1
    docs.put("ledgers", d["order_id"], version=version, subscriptions=ledger["subscriptions"] + rows, units=units)
    counts = [
        {"item_id": i["item_id"], "units": i["quantity"], "taken": units.get(i["item_id"], 0)} for i in order["items"]
    ]
    said.append(("fulfillment.events", d["order_id"], {"version": version, "order_id": d["order_id"], "items": counts}))


def _billing(d: Json, docs: BatchUnitOfWork, _said: Said) -> None:
    s = d["subscription"]
    account = f"{s['payer']}/{s['term']}/{s['currency']}"
    share_id = f"{account}/{s['order_id']}"
    share = docs.get("shares", share_id) or {"subscriptions": {}}
    known = share["subscriptions"]
    if s["id"] in known:
        return
    docs.put("shares", share_id, subscriptions={**known, s["id"]: [d["version"], s["price"], s["months"], s["start"]]})
    total = docs.get("accounts", account) or {"active": 0, "monthly": 0, "outstanding": 0, "version": 0}
    docs.put(
        "accounts",
        account,
        active=total["active"] + 1,
        monthly=total["monthly"] + s["price"],
        outstanding=total["outstanding"] + s["price"] * s["months"],
        version=total["version"] + 1,
    )


async def loop(service: str) -> None:
    """Until it is ended."""
    settings = Settings.read()
    mongo: Client = Client(settings.mongo)
    database = mongo.get_database(f"{settings.databases}_{service}", write_concern=WriteConcern("majority"))
    for name in ("checkpoints", "orders", "ledgers", "assets", "shares", "accounts"):
        if name not in await database.list_collection_names():
            await database.create_collection(name)
    for lane in range(settings.lanes):
        await database.checkpoints.update_one({"_id": lane}, {"$set": {"epoch": 1}}, upsert=True)
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka, acks="all", enable_idempotence=True, max_batch_size=600_000
    )
    await producer.start()
    consumer = AIOKafkaConsumer(
        *READS[service],
        bootstrap_servers=settings.kafka,
        group_id=f"{settings.databases}.{service}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        partition_assignment_strategy=(RangePartitionAssignor,),
        fetch_max_wait_ms=50,
    )
    await consumer.start()
    print("service.ready", flush=True)
    session = await mongo.start_session(causal_consistency=False)
    while True:
        polled = await consumer.getmany(timeout_ms=10, max_records=2000)
        records = [record for batch in polled.values() for record in batch]
        if not records:
            continue
        messages = [(record, json.loads(record.value)) for record in records]
        docs = BatchUnitOfWork()
        said: dict[int, Said] = defaultdict(list)
        async with session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")):
            wanted: dict[str, set[str]] = defaultdict(set)
            for _, message in messages:
                if not (service == "fulfillment" and "status" in message["data"]):
                    for collection, id_ in keys(service, message):
                        wanted[collection].add(id_)
            for collection, ids in wanted.items():
                cursor = database[collection].find(
                    {"_id": {"$in": list(ids)}}, session=session, batch_size=len(ids) + 1
                )
                async for document in cursor:
                    docs.was[collection, document["_id"]] = dict(document)
            for record, message in messages:
                mine: Said = []
                decide(service, message, docs, mine)
                said[record.partition] += mine
            await _save(database, docs, said, polled, session)
        if service == "billing":
            touched = [(c, i) for c, i in docs.now if c == "accounts"]
            lane = records[0].partition
            said[lane] += [("billing.events", i.split("/")[0], {**docs.now[c, i], "_id": i}) for c, i in touched]
        await _publish(producer, [each for mine in said.values() for each in mine], settings.lanes)
        await consumer.commit({place: batch[-1].offset + 1 for place, batch in polled.items() if batch})


async def _save(database: Any, docs: BatchUnitOfWork, said: Any, polled: Any, session: Any) -> None:
    writes: dict[str, list[Any]] = defaultdict(list)
    for (collection, id_), now in docs.now.items():
        was = docs.was.get((collection, id_))
        if was is None:
            writes[collection].append(InsertOne({**now, "_id": id_}))
        else:
            writes[collection].append(
                UpdateOne({"_id": id_}, {"$set": {f: v for f, v in now.items() if was.get(f) != v and f != "_id"}})
            )
    for collection, operations in writes.items():
        await database[collection].bulk_write(operations, ordered=False, session=session)
    lanes = {place.partition for place in polled}
    ends: dict[int, list[Any]] = {
        n: [[p.topic, b[-1].offset] for p, b in polled.items() if p.partition == n and b] for n in lanes
    }
    done = await database.checkpoints.bulk_write(
        [
            UpdateOne(
                {"_id": n, "epoch": 1},
                {
                    "$set": {"offsets": ends[n], "outgoing": zlib.compress(json.dumps(said[n]).encode(), 1)},
                    "$inc": {"batch": 1},
                },
            )
            for n in lanes
        ],
        session=session,
    )
    if done.matched_count != len(lanes):
        raise RuntimeError("fenced")


async def _publish(producer: AIOKafkaProducer, said: Said, lanes: int) -> None:
    by_place: dict[TopicPartition, list[tuple[bytes, bytes]]] = defaultdict(list)
    for topic, subject, body in said:
        value = json.dumps({"specversion": "1.0", "id": "x", "source": "bench", "type": topic, "data": body}).encode()
        by_place[TopicPartition(topic, home(subject, lanes))].append((subject.encode(), value))
    await asyncio.gather(*(_in_order(producer, place, records) for place, records in by_place.items()))


async def _in_order(producer: AIOKafkaProducer, place: TopicPartition, records: list[tuple[bytes, bytes]]) -> None:
    batch = producer.create_batch()
    for key, value in records:
        if batch.append(timestamp=None, key=key, value=value) is None:
            await (await producer.send_batch(batch, place.topic, partition=place.partition))
            batch = producer.create_batch()
            batch.append(timestamp=None, key=key, value=value)
    await (await producer.send_batch(batch, place.topic, partition=place.partition))


if __name__ == "__main__":
    asyncio.run(loop(sys.argv[1]))
