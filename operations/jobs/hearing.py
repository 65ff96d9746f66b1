"""Answers come behind what is asked: whoever asks listens from the present ends on."""

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition


async def listen_from_now(consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> None:
    """The consumer reads these partitions from where they end now. Raises ``KafkaError``."""
    consumer.assign(places)
    for place, end in (await consumer.end_offsets(places)).items():
        consumer.seek(place, end)
