"""A service as a process: the FastStream application around one worker. Wiring only.

The subscriber takes whole batches of raw records on all topics of the service, and gets whole lanes by the range
assignor. The framework's own parser would drop a batch for one header that is not UTF-8, so ours touches nothing; the
client itself would stand still at a header whose name is not.
"""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import structlog
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from services.engine.adapters.kafka_membership import KafkaMembership, facts_first
from services.engine.adapters.kafka_polls import BUSY, rest_while_idle
from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.adapters.kafka_rebalances import Listener
from services.engine.adapters.kafka_topics import answers, check_topics, topics_of
from services.engine.adapters.kafka_unpacking import unpack_every_name
from services.engine.adapters.mongo_store import MongoStore
from services.engine.adapters.tracing import open_tracing
from services.engine.core.failing import where
from services.engine.core.faults import Doubt, Stop, Unstorable
from services.engine.core.lanes import offers
from services.engine.core.service import Service
from services.engine.observe.figures import PrometheusFigures
from services.engine.observe.health import Watched, serve_health
from services.engine.observe.lane_spans import LaneSpans
from services.engine.observe.logs import configure
from services.engine.observe.outages import Outages
from services.engine.observe.standing import tell_lanes, tell_ready, tell_servers
from services.engine.observe.thinning import Libraries
from services.engine.runtime.giving_back import give_back, keep_one_arena
from services.engine.runtime.holding import keep_looking
from services.engine.runtime.lane_manager import Ports
from services.engine.runtime.mistyped import mistyped
from services.engine.runtime.ports import NoSpans
from services.engine.runtime.settings import Settings
from services.engine.runtime.starting import Patience, once_they_answer
from services.engine.runtime.system_clock import SystemClock
from services.engine.runtime.ticking import tick
from services.engine.runtime.worker import MOST_RECORDS, Worker

PAUSE_MS = 1
"""Milliseconds that the subscriber is blind after an empty poll."""
GRACE = 45.0
FETCHED = 8 * 1024 * 1024
"""Bytes of one fetch at most, as many as a batch takes: the default is 50 MB, whose pages the process would keep."""
METADATA_MS = 15_000
"""A topic that comes back (made again, a broker's return) is assigned again after so long; the default is 5 minutes."""


class ServiceProcess:
    """One process of one service, from start to stop."""

    def __init__(
        self,
        service: Service,
        settings: Settings,
        at: Callable[[str], None] = lambda _step: None,
        *,
        patience: Patience | None = None,
        libraries: Libraries | None = None,
    ) -> None:
        self.service = service
        self.stop: Stop | None = None
        self._settings = settings
        self._at = at
        self._patience = patience
        self._libraries = Libraries() if libraries is None else libraries
        self._store = MongoStore(
            settings.mongo, f"{settings.databases}_{service.name}", service, partial(self._complain, "MongoDB")
        )
        self._outages = Outages(
            {"Kafka": partial(answers, settings.kafka), "MongoDB": self._store.ping}, self._libraries.thinning
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._producer = KafkaProducer(settings.kafka, f"leaseline-{service.name}")
        self._figures = PrometheusFigures(service.name)
        self._watched = Watched(self._outages)
        tell_ready(self._figures.registry, service.name, self._watched)
        self._tracing = open_tracing(service.name, self._figures.registry)
        tell_lanes(self._figures.registry, service.name, self._watched, settings.lanes)
        tell_servers(self._figures.registry, service.name, self._outages)
        self._worker: Worker | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        unpack_every_name()
        self._broker = KafkaBroker(
            settings.kafka,
            logger=None,
            graceful_timeout=GRACE,
            metadata_max_age_ms=METADATA_MS,
            allow_auto_create_topics=False,
            client_id=f"leaseline-{service.name}",
        )
        self._listener = Listener()
        self._subscriber = self._broker.subscriber(
            *service.topics(),
            group_id=f"{settings.databases}.{service.name}",
            batch=True,
            max_records=MOST_RECORDS,
            batch_timeout_ms=PAUSE_MS,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            partition_assignment_strategy=(RangePartitionAssignor,),
            listener=self._listener,
            session_timeout_ms=int(settings.session_seconds * 1000),
            heartbeat_interval_ms=1_000,
            rebalance_timeout_ms=60_000,
            max_poll_interval_ms=120_000,
            fetch_max_wait_ms=BUSY,
            max_partition_fetch_bytes=2 * 1024 * 1024,
            fetch_max_bytes=FETCHED,
            parser=self._parsed,
            decoder=_undecoded,
        )
        self._subscriber(self._handle)
        self.app = FastStream(
            self._broker, logger=None, on_startup=[self._prepare], after_startup=[self._begin], on_shutdown=[self._end]
        )

    async def run(self) -> None:
        """Runs until SIGTERM, SIGINT or a reason to stop. Raises ``Stop``; ``Doubt`` if Kafka went away as it
        started.
        """
        asyncio.get_running_loop().set_exception_handler(self._libraries.unretrieved)
        try:
            with serve_health(self._settings.health_port, self._figures.registry, self._watched):
                await self.app.run()
        except KafkaError as error:
            raise Doubt(
                f"Kafka at {self._settings.kafka} does not answer ({type(error).__name__}): check LEASELINE_KAFKA"
            ) from error
        finally:
            await self._outages.close()
            await self._producer.close()
            await self._store.close()
            if self._tracing is not None:
                await asyncio.to_thread(self._tracing.close)
        if self.stop is not None:
            raise self.stop

    def _complain(self, server: str, why: str) -> None:
        """Something failed that a server may be the reason of; called on any thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._outages.complain, server, why)

    async def _prepare(self) -> None:
        await once_they_answer(self._prepared, self._patience or Patience(self._settings.start_seconds))

    async def _prepared(self) -> None:
        lanes = self._settings.lanes
        with _of_the_database():
            await self._store.agree(lanes)
        await check_topics(self._settings.kafka, topics_of(self.service.name), lanes)
        with _of_the_database():
            await self._store.prepare(lanes)  # only now: a wrong number must not be kept for ever

    async def _begin(self) -> None:
        consumer = self._subscriber.consumer
        if consumer is None:
            raise Stop("the subscriber has no consumer: the installed FastStream is not the one that was tested")
        self._loop, self._libraries.complaint = asyncio.get_running_loop(), self._complain
        facts_first(consumer, offers(self.service.name, self.service.topics()))
        rest_while_idle(consumer, idle=give_back)
        membership = KafkaMembership(consumer, self._listener)
        spans = NoSpans() if self._tracing is None else LaneSpans(self.service.name, self._tracing)
        ports = Ports(membership, self._store, self._producer, SystemClock(), self._figures, spans)
        self._worker = Worker(self.service, self._settings.lanes, ports, self._at, self._settings.logged_a_minute)
        self._watched.worker = self._worker.lane_manager
        self._listener.tell(self._worker.lane_manager.assignment_changed)
        self._tasks.append(asyncio.create_task(self._keep(self._worker)))
        self._tasks.append(asyncio.create_task(self._outages.keep_asking()))
        self._tasks.append(asyncio.create_task(self._watched.keep_beating()))
        agree = partial(self._store.agree, self._settings.lanes)
        self._tasks.append(asyncio.create_task(keep_looking(agree, self._worker)))
        if self.service.tick is not None and self._settings.tick_seconds > 0:
            source = f"leaseline/{self.service.name}"
            ticking = tick(
                self.service.tick, self._worker.lane_manager, self._producer, source, self._settings.tick_seconds
            )
            self._tasks.append(asyncio.create_task(ticking))
        structlog.get_logger("engine").info(
            "service.ready", lanes=self._settings.lanes, topics=len(self.service.topics())
        )

    async def _keep(self, worker: Worker) -> None:
        try:
            self.stop = await worker.lane_manager.keep()
        except Exception as error:  # noqa: BLE001 - a defect of the engine itself: stop rather than stand still
            structlog.get_logger("engine").error("engine.failed", error=type(error).__name__, where=where(error))
            self.stop = Stop(f"the engine failed with {type(error).__name__}; look at the log before this line")
        self.app.exit()

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _parsed(self, records: Any) -> KafkaAckableMessage:
        if self._worker is not None:
            self._worker.seen(records)
        return KafkaAckableMessage(
            body=records,
            headers={},
            batch_headers=[],
            reply_to="",
            raw_message=records,
            consumer=self._subscriber.consumer,
        )

    async def _handle(self, records: Any) -> None:
        if self._worker is not None:  # before the worker is there nothing is lost: lanes begin at their checkpoints
            await self._worker.handle(records)


@contextlib.contextmanager
def _of_the_database() -> Iterator[None]:
    try:
        yield
    except Doubt as fault:
        raise Doubt(f"the database cannot be prepared ({fault}): check LEASELINE_MONGO") from fault
    except Unstorable as fault:
        raise Stop(f"the database cannot be prepared ({fault}): check LEASELINE_MONGO") from fault


async def _undecoded(message: Any) -> Any:
    return message.body


def main(service: Service, at: Callable[[str], None] = lambda _step: None) -> None:
    """The entry point of a service's process: exit status 0 after SIGTERM, 1 with the reason when it had to stop."""
    settings = Settings.read()
    keep_one_arena()
    _rarely_collect()
    libraries = configure(service.name, settings.logs, settings.log_level)
    for sentence in mistyped():
        structlog.get_logger("engine").warning("setting.unknown", reason=sentence)
    try:
        asyncio.run(_served(service, settings, at, libraries))
    except Stop as stop:
        raise SystemExit(f"{service.name} stopped: {stop}") from None


def _rarely_collect() -> None:
    """A batch makes some 100,000 objects that all die together: looking for cycles among them took a third of the
    time. What was made at start is never looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


async def _served(service: Service, settings: Settings, at: Callable[[str], None], libraries: Libraries) -> None:
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    patience = Patience(settings.start_seconds)
    while True:
        try:
            return await ServiceProcess(service, settings, at, patience=patience, libraries=libraries).run()
        except Doubt as fault:  # a server went away between two steps of the start
            await patience.wait(fault)
