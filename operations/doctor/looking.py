"""One look at what moves: groups and their lanes, committed offsets, checkpoints, and how far the logs reach."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import for_code

from contracts.values.immutable import Immutable
from installation import SERVICES
from installation.lag import read_by
from installation.notes import Notes
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.lanes import whole_lanes
from services.engine.core.record import Place

SETTLED: Final = ("Stable", "Empty", "Dead")
"""States of a group in which nothing moves from one member to another."""


class Group(Immutable):
    """A service's group: its state, how many members it has, the lanes that one of them has whole, and those that are
    split between members.
    """

    name: str
    state: str
    members: int
    whole: frozenset[int]
    split: frozenset[int]


class Look(Immutable):
    """How everything stood ``at`` this moment, by service. ``logs``: the first and the next offset of each partition.

    Committed offsets were asked before checkpoints, these before the logs: what was committed was saved by then, what
    was saved stood in the log.
    """

    at: float
    groups: Mapping[str, Group]
    committed: Mapping[str, Mapping[Place, int]]
    checkpoints: Mapping[str, Mapping[int, Checkpoint]]
    logs: Mapping[Place, tuple[int, int]]

    def position(self, service: str, place: Place) -> int:
        """The next offset that the service decides; the log's beginning where it never decided anything."""
        topic, lane = place
        checkpoint = self.checkpoints[service].get(lane)
        at = None if checkpoint is None else checkpoint.offsets.get(topic)
        return self.logs[place][0] if at is None else at

    def runs(self, service: str) -> bool:
        """Whether anybody is there to decide."""
        return self.groups[service].members > 0


async def look(
    admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, notes: Notes, partitions: Mapping[str, int], at: float
) -> Look:
    """Looks at the topics of which ``partitions`` has the numbers. Raises ``KafkaError``, ``PyMongoError``."""
    committed = {}
    for service in SERVICES:
        found = await admin.list_consumer_group_offsets(group_name(notes, service))
        committed[service] = {(p.topic, p.partition): o.offset for p, o in found.items() if o.offset >= 0}
    checkpoints = {service: await notes.checkpoints(service) for service in SERVICES}
    places = [TopicPartition(topic, n) for topic, count in partitions.items() for n in range(count)]
    consumer.assign(places)  # else it would ask for their leaders one after the other, and wait between
    consumer.pause(*places)
    begins = await consumer.beginning_offsets(places)
    ends = await consumer.end_offsets(places)
    logs = {(place.topic, place.partition): (begins[place], ends[place]) for place in places}
    groups = {service: await _group(admin, group_name(notes, service), read_by(service)) for service in SERVICES}
    return Look(at, groups, committed, checkpoints, logs)


def group_name(notes: Notes, service: str) -> str:
    """The group of a service's workers."""
    return f"{notes.databases}.{service}"


async def _group(admin: AIOKafkaAdminClient, name: str, topics: Sequence[str]) -> Group:
    (response,) = await admin.describe_consumer_groups([name])
    (found,) = response.groups
    code, _, state, _, _, members, *_ = found
    if code:
        raise for_code(code)(name)
    assigned = [place for member in members for place in _assigned(member)]
    whole: set[int] = set()
    for member in members:
        whole |= whole_lanes(_assigned(member), topics)[0]
    there, split = whole_lanes(assigned, topics)
    return Group(name, state, len(members), frozenset(whole), (there | split) - whole)


def _assigned(member: Any) -> list[Place]:
    assignment: bytes = member[4]
    if not assignment:
        return []
    decoded = ConsumerProtocolMemberAssignment.decode(assignment)
    return [(topic, partition) for topic, partitions in decoded.assignment for partition in partitions]
