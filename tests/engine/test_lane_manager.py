"""Which polled records a worker goes on with, and in which order."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.lane import begun
from services.engine.core.record import Record
from services.engine.runtime.lane_manager import LaneManager, Ports
from tests.engine.batch import record
from tests.engine.memory.log import MemoryRecord
from tests.engine.played import Stage, played

FACTS = "others.events"
TOPICS = (FACTS, "catalog.requests", "tally.internal", "tally.requests")
LANES = 2
PLACES = [(topic, lane) for topic in TOPICS for lane in range(LANES)]


@st.composite
def polls(draw: st.DrawFn) -> Sequence[MemoryRecord]:
    """Records of all partitions, each partition's from its beginning, the partitions in any order."""
    counts = {place: draw(st.integers(0, 3)) for place in PLACES}
    turns = draw(st.permutations([place for place, count in counts.items() for _ in range(count)]))
    offsets = dict.fromkeys(PLACES, 0)
    found = []
    for topic, lane in turns:
        found.append(record(b"", offsets[topic, lane], lane=lane, topic=topic))
        offsets[topic, lane] += 1
    return found


def _admitted(polled: Sequence[Record], held: Sequence[int]) -> list[Record]:
    async def scene() -> list[Record]:
        stage = Stage()
        lane_manager = LaneManager("tally", TOPICS, LANES, Ports(*stage.ports(), stage.clock))
        for lane in held:
            lane_manager.held[lane] = begun(Checkpoint(lane), {place: 0 for place in PLACES if place[1] == lane})
        found, lanes = await lane_manager.admitted(polled)
        assert set(lanes) <= set(held)
        return list(found)

    return played(scene)


@given(polls())
def test_facts_come_before_requests_and_each_partition_keeps_its_order(polled: Sequence[MemoryRecord]) -> None:
    found = _admitted(polled, range(LANES))

    facts = [one.topic == FACTS for one in found]
    assert facts == sorted(facts, reverse=True)
    assert len(found) == len(polled)
    for place in PLACES:
        mine = [one.offset for one in found if (one.topic, one.partition) == place]
        assert mine == list(range(len(mine)))


def test_a_scan_that_was_polled_before_its_order_is_decided_after_it() -> None:
    scan, order = record(b"scan", topic="tally.requests"), record(b"order", topic=FACTS)
    assert _admitted([scan, order], (0,)) == [order, scan]


def test_a_catalog_is_read_before_an_order_that_was_polled_before_it_and_behind_facts() -> None:
    order, variant, fact = (record(b"", topic=topic) for topic in ("tally.requests", "catalog.requests", FACTS))
    assert _admitted([order, variant, fact], (0,)) == [fact, variant, order]


def test_nothing_of_a_lane_that_is_not_in_hand_is_admitted() -> None:
    mine, other = record(b"", topic=FACTS), record(b"", lane=1, topic=FACTS)
    assert _admitted([other, mine], (0,)) == [mine]
