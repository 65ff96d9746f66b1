"""The second yardstick: plain FastStream and Motor handlers, one message at a time, as most people would write them.

No transaction, no fencing: what is written and not yet published when the process dies is lost.
``python -m bench.plain orders|fulfillment|billing``
"""

import asyncio
import sys
from typing import Any

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker

from bench.handwritten import READS, BatchUnitOfWork, Json, Said, decide, keys
from services.engine.adapters.mongo_store import Client
from services.engine.runtime.settings import Settings


async def serve(service: str, workers: int) -> None:
    """Until it is ended."""
    settings = Settings.read()
    mongo: Client = Client(settings.mongo, w="majority")
    database = mongo[f"{settings.databases}_{service}"]
    broker = KafkaBroker(settings.kafka, acks="all", logger=None)
    at_once: dict[str, Any] = {"max_workers": workers} if workers > 1 else {}

    @broker.subscriber(  # type: ignore[untyped-decorator]
        *READS[service],
        group_id=f"{settings.databases}.{service}",
        ack_policy=AckPolicy.ACK,
        auto_offset_reset="earliest",
        no_reply=True,
        **at_once,
    )
    async def handle(message: Json) -> None:
        if service == "fulfillment" and "status" in message["data"]:
            return
        docs, said = BatchUnitOfWork(), Said()
        for collection, id_ in keys(service, message):
            found = await database[collection].find_one({"_id": id_})
            docs.was[collection, id_] = None if found is None else dict(found)
        decide(service, message, docs, said)
        for (collection, id_), now in docs.now.items():
            await database[collection].replace_one({"_id": id_}, {**now, "_id": id_}, upsert=True)
        for topic, subject, body in said:
            envelope: dict[str, Any] = {"specversion": "1.0", "id": "x", "source": "bench", "type": topic, "data": body}
            await broker.publish(envelope, topic, key=subject.encode())

    app = FastStream(broker, logger=None, after_startup=[lambda: print("service.ready", flush=True)])
    await app.run()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1))
