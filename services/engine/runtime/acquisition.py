"""Taking over a lane: the only way to recover from anything (rules 1 to 3).

In this order: commit to the group again what it already has (refused: the lane is not ours), end the former owner's
session, raise the epoch, go on with the document that this write returns, compare it with the log, publish what is
stored once more, seek. Records of the lane are held back until then.
"""

from collections.abc import Mapping, Sequence

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.faults import Stop
from services.engine.core.lane import Lane, begun
from services.engine.core.record import Place
from services.engine.runtime.ports import Consumer, Producer, Store


async def acquire_lane(lane: int, topics: Sequence[str], consumer: Consumer, store: Store, producer: Producer) -> Lane:
    """The lane, acquired. Raises ``NotOurs``, ``Doubt`` or ``NotSaid`` (try again later) or ``Stop``."""
    places: list[Place] = [(topic, lane) for topic in topics]
    consumer.pause(places)
    await consumer.commit(await _had(consumer, places))
    former = await store.read(lane)
    if former is not None and former.session is not None and former.session != store.session:
        await store.end_session(former.session)
    checkpoint = await store.acquire(lane)
    ends = await consumer.ends(places)  # only now: until the epoch was raised the former owner read on
    for place in places:
        _within(checkpoint, place, ends[place])
    await producer.publish(checkpoint.outgoing)
    return begun(checkpoint, {place: ends[place][0] for place in places})


async def _had(consumer: Consumer, places: Sequence[Place]) -> Mapping[Place, int]:
    """What the group has committed already; the logs' beginnings where it has nothing."""
    had = await consumer.committed(places)
    new = [place for place in places if had.get(place) is None]
    begins = await consumer.ends(new) if new else {}
    return {place: begins[place][0] if (at := had.get(place)) is None else at for place in places}


def _within(checkpoint: Checkpoint, place: Place, ends: tuple[int, int]) -> None:
    topic, lane = place
    at = checkpoint.offsets.get(topic)
    begin, end = ends
    if at is not None and not begin <= at <= end:
        raise outside(topic, lane, at, begin, end)


def outside(topic: str, lane: int, at: int, begin: int, end: int) -> Stop:
    """The checkpoint lies outside the log."""
    why = "the topic was made again or truncated" if at > end else "records were deleted before they were read"
    return Stop(
        f"{topic} partition {lane}: the checkpoint stands at offset {at}, the log holds {begin} to {end}: {why}. "
        f"If this is meant, stop the service and run: leaseline topics reset {topic}"
    )


def another_log(topic: str, lane: int) -> Stop:
    """The record at the bookmark is another one."""
    return Stop(
        f"{topic} partition {lane}: the record before the checkpoint is not the one that was read there: the topic was "
        f"made again and has grown past the checkpoint. If this is meant, stop the service and run: "
        f"leaseline topics reset {topic}"
    )
