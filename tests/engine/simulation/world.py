"""One experiment: two tiny services of the real engine, their topics and databases, the world outside, and a seed."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import structlog

from contracts.wire.message import Kind
from services.engine.adapters.mongo_checkpoint import from_document
from services.engine.core import planning
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import replace
from services.engine.core.lanes import home
from services.engine.core.message import Message
from services.engine.core.record import Outgoing
from services.engine.core.service import Change, Decision, Service, UnitOfWork, Want
from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.database import MemoryDatabase, decoded
from tests.engine.memory.group import MemoryGroup
from tests.engine.memory.log import MemoryLog
from tests.engine.memory.store import CHECKPOINTS
from tests.engine.simulation import mirror, tally
from tests.engine.simulation.curses import cursed
from tests.engine.simulation.faults import Faults
from tests.engine.simulation.growth import Growth
from tests.engine.simulation.loop import SimLoop
from tests.engine.simulation.operations import Operator
from tests.engine.simulation.outside import Asked, Outside
from tests.engine.simulation.process import Parts, Process
from tests.engine.simulation.weather import Weather
from tests.engine.simulation.workload import Workload

MESSAGES = 30
PATIENCE = 30.0
"""Virtual seconds after the last fault in which everything must have come right."""
RESTLESS = 40_000
"""Steps after the last fault beyond which somebody is running in circles."""
LATEST = 2.5
"""Virtual seconds after which nothing that is late can still arrive."""


def _unprinted(_logger: object, _method: str, _event: object) -> structlog.typing.ProcessorReturnValue:
    """Errors are there for whoever captures them; nobody reads millions of lines."""
    raise structlog.DropEvent


structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40), processors=[_unprinted])


@dataclass(frozen=True, slots=True)
class Setup:
    """What an experiment is made of; a mutant changes a part of it."""

    parts: Parts = field(default_factory=Parts)
    services: tuple[Service, ...] = (tally.SERVICE, mirror.SERVICE)
    only: tuple[str, ...] = ()
    """Names of the faults that may strike; empty: all."""
    messages: int = MESSAGES
    crash_at: int = -1
    """At this step a crash, whatever the faults."""
    outside: Callable[[Random, MemoryLog, int, MemoryClock], Outside] = Workload
    clock: Callable[[Random], MemoryClock] = MemoryClock
    growth: Callable[..., Growth] | None = None
    """How the installation grows in the middle of the experiment; None: it does not."""


@dataclass
class World:
    """Everything there is, for the checker to look at afterwards."""

    seed: int
    lanes: int
    log: MemoryLog
    services: tuple[Service, ...]
    databases: dict[str, MemoryDatabase]
    workload: Outside
    faults: Faults
    processes: list[Process] = field(default_factory=list)
    drained: bool = False
    steps: int = 0
    before: int | None = None
    """How many lanes there were before the installation grew."""
    growth: Growth | None = None

    def homes(self, subject: str) -> tuple[int, ...]:
        """The home of a subject, and the one that it had before the installation grew."""
        return tuple(home(subject, lanes) for lanes in (self.before, self.lanes) if lanes is not None)

    def turns(self, record: Asked) -> Iterator[tuple[str, int]]:
        """Which requests about its counter must be decided in their order, and the turn of this one among them.

        Those that were sent to the counter's home, also to a later one behind those of the former one. And, since the
        installation grew, those of an added partition behind those that stood in its mother's partition by then.
        """
        *former, last = self.homes(record.what.subject)
        _, lane = record.place
        stood = self.growth is not None and record.offset < self.growth.ends.get(record.place, 0)
        if lane == last:
            yield "home", 1 if former and former[0] != last else 0
        elif stood and lane in former:
            yield "home", 0
        if self.before is not None and lane >= self.before:
            yield f"partition {lane}", 1
        elif self.before is not None and stood:
            yield from ((f"partition {added}", 0) for added in range(lane + self.before, self.lanes, self.before))

    def checkpoint(self, service: str, lane: int) -> Checkpoint | None:
        """A lane's checkpoint as it is stored."""
        found = self.databases[service].get((CHECKPOINTS, lane))
        return None if found is None else from_document(decoded(found))

    def documents(self, service: str, collection: str) -> dict[str, dict[str, Any]]:
        """The stored documents, by id."""
        database = self.databases[service]
        there = ((str(path[1]), database.get(path)) for path in database.paths(collection))
        return {id_: decoded(content) for id_, content in there if content is not None}

    def quiet(self) -> bool:
        """Whether every record was read, and everything that is to be said stands in the log."""
        for service in self.services:
            for lane in range(self.lanes):
                checkpoint = self.checkpoint(service.name, lane)
                if checkpoint is None:
                    return False
                for topic in service.topics():
                    if self.log.read((topic, lane), checkpoint.offsets.get(topic, 0), 1):
                        return False
        return not any(self.unsaid(service.name) for service in self.services)

    def unsaid(self, service: str) -> tuple[Outgoing, ...]:
        """What the service's checkpoints have to say and does not stand in the log."""
        checkpoints = (self.checkpoint(service, lane) for lane in range(self.lanes))
        return tuple(
            outgoing
            for checkpoint in checkpoints
            if checkpoint is not None
            for outgoing in checkpoint.outgoing
            if not any(
                (record.key, record.value) == (outgoing.key, outgoing.value)
                for record in self.log.read((outgoing.topic, outgoing.lane), 0, 1_000_000)
            )
        )


def experiment(seed: int, setup: Setup | None = None) -> World:
    """Runs one seed to its end."""
    setup = setup or Setup()
    random = Random(seed)
    loop = SimLoop(Random(random.random()))
    most_said = planning.MOST_SAID
    planning.MOST_SAID = random.choice((500, 2_000, most_said))  # where a batch is cut is found out in bad weather
    try:
        return loop.run_until_complete(_experiment(seed, setup, random, loop))
    finally:
        planning.MOST_SAID = most_said
        _buried(loop)
        loop.close()


def _buried(loop: SimLoop) -> None:
    """What ended lives left behind is closed here and now, not whenever memory is tidied."""
    for task in asyncio.all_tasks(loop):
        coroutine = task.get_coro()
        if coroutine is not None:
            with suppress(RuntimeError):  # it would go on waiting in its clean-up
                coroutine.close()


async def _experiment(seed: int, setup: Setup, random: Random, loop: SimLoop) -> World:
    lanes = random.randint(1, 4)
    faults = Faults(Random(random.random()), setup.only)
    clock = setup.clock(Random(random.random()))
    topics = {topic for s in setup.services for topic in (*s.topics(), f"{s.name}.events", f"{s.name}.dead-letters")}
    log = MemoryLog(sorted(topics), lanes, clock.now)
    workload = setup.outside(Random(random.random()), log, lanes, clock)
    databases = {service.name: MemoryDatabase(loop.time) for service in setup.services}
    world = World(seed, lanes, log, setup.services, databases, workload, faults)
    groups = [MemoryGroup(log, service.topics(), lanes) for service in setup.services]
    weather = Weather(loop, faults, random, world.processes, groups, list(databases.values()), clock, setup.crash_at)
    for service, group in zip(setup.services, groups, strict=True):
        released = _released(cursed(service), lambda: weather.bad_release)
        for number in range(random.randint(1, 3)):
            process = Process(
                released, number, group, databases[service.name], clock, faults, Random(random.random()), setup.parts
            )
            world.processes.append(process)
    growth = None
    if setup.growth is not None:
        after = lanes * random.randint(2, 3)
        growing = (Random(random.random()), setup.services, log, databases, groups, workload, lanes, after)
        growth = world.growth = setup.growth(*growing)
        for process in world.processes:
            process.growing = partial(growth.notes.get, process.service)
    for process in world.processes:
        process.start()
    loop.between = weather.between
    operator = Operator(log, tuple(service.name for service in setup.services), workload)
    grows = random.randrange(setup.messages) if growth is not None else -1
    for number in range(setup.messages):
        workload.send()
        if growth is not None and number == grows:
            await growth.run(lambda: _tend(world, weather))
            world.before, world.lanes = world.lanes, log.lanes
            _tend(world, weather)
        if random.random() < 0.4:
            await asyncio.sleep(random.random() * random.choice((0.01, 0.1, 1.0)))
            operator.replay()
            _tend(world, weather)
    await asyncio.sleep(1.0)
    weather.settle()
    await _drain(world, weather, operator, loop)
    closing = 0
    while world.drained and workload.close(closing):
        closing += 1
        await _drain(world, weather, operator, loop)
    world.steps = loop.steps
    return world


async def _drain(world: World, weather: Weather, operator: Operator, loop: SimLoop) -> None:
    world.drained = False
    until = loop.time() + PATIENCE
    was, quiet, most = -1, 0, loop.steps + RESTLESS
    while loop.time() < until and loop.steps < most:
        await asyncio.sleep(0.5)
        operator.replay()
        _tend(world, weather)
        size = sum(world.log.ends(place)[1] for place in world.log.places())
        quiet = quiet + 1 if size == was and world.quiet() else 0
        was = size
        if quiet >= 2 and loop.time() > until - PATIENCE + LATEST:
            world.drained = True
            return


def _tend(world: World, weather: Weather) -> None:
    """The supervisor: a process that stopped by itself is started again."""
    for process in world.processes:
        if process.life is None and process.stopped:
            weather.revive(process)


def _released(service: Service, bad_hook: Callable[[], str]) -> Service:
    """The service, but a bad release of it raises in one hook at every third message from outside."""

    def may_raise(hook: str, message: Message) -> None:
        if bad_hook() == hook and message.model.kind is not Kind.INTERNAL and message.identity()[0] % 3 == 0:
            raise ArithmeticError("a bug")

    def weight(message: Message) -> int:
        may_raise("weight", message)
        return service.weight(message)

    def prefetch(message: Message) -> Iterable[Want]:
        may_raise("prefetch", message)
        return service.prefetch(message)

    def prefetch_related(message: Message, work: UnitOfWork) -> Iterable[Want]:
        may_raise("prefetch_related", message)
        return service.prefetch_related(message, work)

    def decide(message: Message, work: UnitOfWork) -> Decision:
        may_raise("decide", message)
        return service.decide(message, work)

    def on_batch_end(message: Message, change: Change, work: UnitOfWork) -> Decision:
        may_raise("on_batch_end", message)
        return service.on_batch_end(message, change, work)

    return replace(
        service,
        weight=weight,
        prefetch=prefetch,
        prefetch_related=prefetch_related,
        decide=decide,
        on_batch_end=on_batch_end,
    )
