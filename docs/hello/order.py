import asyncio, json, os
from aiokafka import AIOKafkaProducer


async def publish(topic: str, path: str) -> None:
    message = json.loads(open(path).read())
    message["id"] += "-again"  # a new id, the same content: answered as a repeat
    async with AIOKafkaProducer(bootstrap_servers=os.environ["LEASELINE_KAFKA"]) as producer:
        await producer.send_and_wait(topic, json.dumps(message).encode())


asyncio.run(publish("orders.requests", "docs/hello/order.json"))
