"""Billing's documents made anew from a log in memory; and a world whose database of billing is lost in the middle."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest.mock import patch

import bson

from services.billing.rebuilding.internal import Finished
from services.billing.rebuilding.lane import INTERNAL, READ, Lane
from services.billing.service import COLLECTIONS
from services.billing.settings import Defaults
from services.engine.adapters.mongo_checkpoint import to_document
from services.engine.core.document import stored_form
from services.engine.core.marks import COLLECTION
from tests.engine.memory.database import decoded
from tests.engine.memory.group import MemoryGroup
from tests.engine.simulation import weather, world
from tests.engine.simulation.loop import Life
from tests.engine.simulation.world import World
from tests.ledgers import LAYOUTS, laid_out
from tests.rebuilt import comparable
from tests.together.simulation.shop import setup

NAMES = {each.kind: each.name for each in (*COLLECTIONS, COLLECTION)}
ALL = 1_000_000
Positions = Mapping[int, Mapping[str, int]]
Documents = Mapping[tuple[str, Any], Mapping[str, Any]]


def checkpoints_of(world: World) -> Positions:
    """How far billing had read, by its own checkpoints."""
    found = {lane: world.checkpoint("billing", lane) for lane in range(world.lanes)}
    return {lane: {} if each is None else each.offsets for lane, each in found.items()}


def made_anew(world: World, positions: Positions) -> tuple[Documents, Sequence[str]]:
    """The documents, checkpoints included, by collection and id; and what contradicts."""
    finished = Finished()
    for number in range(world.lanes):
        for record in world.log.read((INTERNAL, number), 0, ALL):
            finished.hear(record)
    found: dict[tuple[str, Any], Mapping[str, Any]] = {}
    contradictions: list[str] = []
    for number in range(world.lanes):
        lane = Lane(number, world.lanes, Defaults(), finished, {t: positions[number].get(t, 0) for t in READ})
        kept = []
        for topic, hear, begin in lane.steps():
            kept += [hear(record) for record in world.log.read((topic, number), begin, ALL)]
        checkpoint = lane.end()
        contradictions += lane.contradictions
        for each in (*kept, *lane.documents()):
            if each is not None:
                kind, id_, document = each
                found[NAMES[kind], id_] = {"_id": id_, **stored_form(document)}
        found["checkpoints", number] = to_document(checkpoint)
    return found, contradictions


def differing(world: World, made: Documents) -> list[Any]:
    """What billing keeps and what was made anew, where they differ."""
    kept: dict[tuple[str, Any], Any] = {}
    for name in NAMES.values():
        kept |= {(name, id_): comparable(name, each) for id_, each in world.documents("billing", name).items()}
    for lane in range(world.lanes):
        there = world.databases["billing"].get(("checkpoints", lane))
        if there is not None:
            kept["checkpoints", lane] = comparable("checkpoints", decoded(there))
    new = {key: comparable(key[0], decoded(bson.encode(each))) for key, each in made.items()}
    return [(key, kept.get(key), new.get(key)) for key in kept.keys() | new.keys() if kept.get(key) != new.get(key)]


@dataclass
class Losing:
    """Loses billing's database at some step of a seed, kills its workers, and makes it anew where their group stood."""

    seed: int
    lost: bool = False
    open_runs: int = 0
    behind: bool = False
    contradictions: Sequence[str] = ()
    _world: World | None = None
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        self._left = Random(f"lost {self.seed}").randint(500, 9000)

    def run(self) -> World:
        """The seed, to its end."""
        with self._watching(), laid_out(*LAYOUTS[self.seed % len(LAYOUTS)]):
            return world.experiment(self.seed, setup(self.seed))

    @contextmanager
    def _watching(self) -> Iterator[None]:
        losing, between = self, weather.Weather.between

        class Watched(World):
            def __init__(self, *parts: Any, **more: Any) -> None:
                super().__init__(*parts, **more)
                losing._world = self

        def strikes(self: weather.Weather, life: Life) -> None:
            between(self, life)
            losing._left -= 1
            if losing._left <= 0 and not losing.lost and life.name.startswith("billing") and not life.dead:
                losing._lose(self._groups)

        with patch.object(world, "World", Watched), patch.object(weather.Weather, "between", strikes):
            yield

    def _lose(self, groups: Sequence[MemoryGroup]) -> None:
        there = self._world
        assert there is not None
        self.lost = True
        self.open_runs = sum(len(run.get("open", ())) for run in there.documents("billing", "runs").values())
        workers = [process for process in there.processes if process.service == "billing"]
        for worker in workers:
            worker.crash()
            worker.missed()
        committed = next(group.committed for group in groups if "billing.requests" in group.topics)
        positions = {lane: {t: committed.get((t, lane), 0) for t in READ} for lane in range(there.lanes)}
        saved = checkpoints_of(there)
        self.behind = any(saved[n].get(t, 0) != at for n, its in positions.items() for t, at in its.items())
        made, self.contradictions = made_anew(there, positions)
        database = there.databases["billing"]
        for transaction in tuple(database._open.values()):
            database.undo(transaction)
        database._kept.clear()
        database._recent.clear()
        database.confirm(database.write({key: bson.encode(each) for key, each in made.items()}))
        for worker in workers:
            worker.start()


def by_collection(made: Documents) -> Mapping[str, int]:
    """How many documents there are of each."""
    found: dict[str, int] = defaultdict(int)
    for name, _ in made:
        found[name] += 1
    return found
