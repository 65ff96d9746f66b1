"""A test's own installation: fresh topics, databases of its own, services as processes that can be made to die."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import TOPICS
from demo.feeding import Feed
from demo.sample.outbound import Outbound
from deploy.local.processes import Process, Services, started
from installation import SERVICES
from installation.addresses import Addresses
from installation.lag import Lags
from installation.topics import create_topics
from operations.verify import Report, verified

MODULE = "tests.system.entry {}"
PATIENCE = 120.0
"""Seconds of waiting until something must have happened; generous, since nothing here is about speed."""
WAITING = (
    "requests that ",
    "orders on hold",
    "records of events, internal topics and dead letters that no service wrote",
)
"""How the report names what waits for something else, or is left out as garbage; all else it lists is on its way."""


class Installation:
    """``databases`` is the prefix of the databases' names, and of the groups'."""

    def __init__(self, addresses: Addresses, databases: str, logs: Path, lanes: int) -> None:
        self.addresses = addresses
        self.databases = databases
        self.lanes = lanes
        self._logs = logs
        self._running: list[Services] = []
        # What we start allows a group to give up on its members sooner than an official image does.
        self.session_seconds = 2.5 if addresses.kafka_pid is not None else 6.0

    @property
    def environment(self) -> dict[str, str]:
        """The settings of its services."""
        return {
            "LEASELINE_DATABASES": self.databases,
            "LEASELINE_LANES": str(self.lanes),
            "LEASELINE_SESSION_SECONDS": str(self.session_seconds),
            "LEASELINE_TICK_SECONDS": "0",
        }

    def start(self, *services: str, **environment: str) -> Services:
        """Starts these services (all three if none is named) and does not wait for them; the fixture ends them."""
        logs = self._logs / f"{len(self._running):03}"
        made = started(
            self.addresses,
            logs,
            services=services or SERVICES,
            environment={**self.environment, **environment},
            module=MODULE,
        )
        self._running.append(made)
        return made

    def start_one(self, service: str, **environment: str) -> Process:
        """Starts one worker of a service."""
        (process,) = self.start(service, **environment).processes
        return process

    def start_watch(self, **environment: str) -> Process:
        """Starts the watch service and does not wait for it."""
        logs = self._logs / f"{len(self._running):03}"
        settings = {**self.environment, **environment}
        made = started(self.addresses, logs, services=("watch",), environment=settings, module="services.watch")
        self._running.append(made)
        return made.processes[0]

    def stop(self) -> None:
        """Ends everything that was started, also what stands still."""
        alive = [each for services in self._running for each in services.processes if each.popen.poll() is None]
        for process in alive:
            process.popen.send_signal(signal.SIGCONT)
            process.popen.terminate()
        for services in self._running:
            services.stop()

    async def feed(self, records: Sequence[Outbound]) -> None:
        """Publishes these as the world does."""
        feed = Feed(self.addresses.kafka)
        await feed.start()
        try:
            await feed.send(records)
        finally:
            await feed.close()

    async def until_quiet(self, running: Iterable[Process]) -> None:
        """Waits until these services have decided everything that was said, and what followed from it."""
        watched = list(running)
        reading = {process.service for process in watched}
        lags = Lags(self.addresses.kafka, self.addresses.mongo, self.databases)
        behind: dict[str, int] = {}
        quiet = 0

        async def something_happens() -> bool:
            nonlocal behind, quiet
            for process in watched:
                process.check()
            before, now = behind, (await lags.now()).behind
            behind = {service: now[service] for service in reading}
            quiet = 0 if any(behind.values()) else quiet + 1
            return quiet > 0 or behind != before

        await lags.start()
        try:
            async with asyncio.timeout(5 * PATIENCE):  # services that answer one another for ever are never quiet
                while quiet <= 3:  # what is saved may not be said yet
                    await until(
                        something_happens, lambda: f"somebody to read on, behind are {behind}; {_last_told(watched)}"
                    )
                    await asyncio.sleep(0.05)
        finally:
            await lags.close()

    async def verified(self) -> Report:
        """The seven invariants; everything must be answered."""
        return await verified(self.addresses.kafka, self.addresses.mongo, self.databases, patience=PATIENCE)

    async def assert_whole(self) -> Report:
        """Every invariant holds, and nothing is on its way: a service that was started just now may still have to say
        what its predecessor saved.
        """
        report = await self.verified()

        async def nothing_on_its_way() -> bool:
            nonlocal report
            if on_its_way := [each.what for each in report.waits if not each.what.startswith(WAITING)]:
                report = await self.verified()
            return not on_its_way

        await until(nothing_on_its_way, "what is still on its way")
        assert report.holds, "\n".join(offender for each in report.invariants for offender in each.offenders)
        return report


async def fresh_topics(kafka: str, lanes: int) -> None:
    """Every topic of an installation, made anew."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        names = {topic.name for topic in TOPICS}
        if old := names & set(await admin.list_topics()):
            await delete_topics(admin, old)
        await create_topics(kafka, lanes)
        await until(lambda: _there(admin, names, lanes), "topics")
    finally:
        await admin.close()


async def delete_topics(admin: AIOKafkaAdminClient, names: Iterable[str]) -> None:
    """Deletes topics and waits until they are gone."""
    gone = set(names)
    await admin.delete_topics(sorted(gone))

    async def none_left() -> bool:
        return not gone & set(await admin.list_topics())

    await until(none_left, "the end of old topics")


async def _there(admin: AIOKafkaAdminClient, names: Iterable[str], lanes: int) -> bool:
    described = await admin.describe_topics(sorted(names))
    return all(
        each["error_code"] == 0 and [part["error_code"] for part in each["partitions"]] == [0] * lanes
        for each in described
    )


def _last_told(processes: Iterable[Process]) -> str:
    """The end of each one's log: who looks at a failure has nothing else of it."""
    logs = {process: process.log.read_text(encoding="utf-8", errors="replace") for process in processes}
    return "\n".join(f"{process.service} told last:\n{log[-1000:]}" for process, log in logs.items())


async def until(true: Callable[[], Awaitable[bool]], what: str | Callable[[], str], patience: float = PATIENCE) -> None:
    """Waits until it is so; TimeoutError names what never came."""
    try:
        async with asyncio.timeout(patience):
            while not await true():
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise TimeoutError(f"waited {patience:.0f} s for {what if isinstance(what, str) else what()}") from error
