"""A start while others start, or while a server is away: it waits and says so; what an outage leaves in the log."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError

from deploy.local import servers
from deploy.local.processes import Process
from installation.addresses import Addresses
from services.engine.adapters.kafka_topics import answers
from tests.system import shop
from tests.system.conftest import LANES, Installing
from tests.system.installation import Installation, until


@pytest.fixture(scope="module")
def own_addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    with servers.running(tmp_path_factory.mktemp("servers"), cache_gb=0.25, test_commands=True) as addresses:
        if addresses.kafka_pid is None or addresses.mongod_pid is None:
            pytest.skip("the servers that the environment names are somebody else's: they are not made to fail")
        yield addresses


@pytest.fixture
async def own(installing: Installing, own_addresses: Addresses) -> Installation:
    return await installing(LANES, own_addresses)


def _said(process: Process) -> str:
    return process.log.read_text(encoding="utf-8")


async def _ready(process: Process) -> None:
    async def ready() -> bool:
        process.check()
        return process.ready()

    await until(ready, "a worker to be ready")


async def test_two_workers_that_start_at_once_on_an_empty_database_both_run(own: Installation) -> None:
    for process in own.start("orders", "orders", "orders").processes:
        await _ready(process)


@pytest.mark.parametrize("server", ["Kafka", "MongoDB"])
async def test_a_start_while_a_server_is_away_waits_and_says_so(own: Installation, server: str) -> None:
    pid = own.addresses.kafka_pid if server == "Kafka" else own.addresses.mongod_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        process = own.start_one("orders")

        async def told() -> bool:
            process.check()
            return '"service.waits"' in _said(process)

        await until(told, "a sentence")
    finally:
        os.kill(pid, signal.SIGCONT)
    await _ready(process)
    assert f"{server} " in _said(process)
    assert f"check LEASELINE_{'KAFKA' if server == 'Kafka' else 'MONGO'}" in _said(process)
    assert "Traceback" not in _said(process)


def _nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("server", ["Kafka", "MongoDB"])
async def test_a_start_gives_up_after_the_time_that_the_setting_says(own: Installation, server: str) -> None:
    gone = {"LEASELINE_KAFKA": _nobody()} if server == "Kafka" else {"LEASELINE_MONGO": f"mongodb://{_nobody()}"}
    process = own.start_one("orders", LEASELINE_START_SECONDS="1.5", **gone)
    assert await asyncio.to_thread(process.popen.wait) == 1
    last = _said(process).strip().splitlines()[-1]
    assert last.startswith("orders stopped: ")
    assert server in last
    assert "It was waited for 1.5 s, as LEASELINE_START_SECONDS says" in last
    assert "Traceback" not in _said(process)


async def test_a_start_that_waits_ends_at_once_when_it_is_told_to(own: Installation) -> None:
    process = own.start_one("orders", LEASELINE_KAFKA=_nobody())

    async def told() -> bool:
        return '"service.waits"' in _said(process)

    await until(told, "a sentence")
    process.popen.terminate()
    assert await asyncio.to_thread(process.popen.wait) == 0


def _again(pid: int) -> Callable[[], int]:
    """Starts the same program in the same folder."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    folder = Path(f"/proc/{pid}/cwd").readlink()
    quiet = subprocess.DEVNULL
    return lambda: subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet).pid


class OwnKafka:
    """A Kafka that nobody ends with its neighbours, and that can be made to die and to come back at its address."""

    def __init__(self, folder: Path) -> None:
        with servers.running(folder, cache_gb=0.25) as addresses:
            if addresses.kafka_pid is None:
                pytest.skip("the servers that the environment names are somebody else's: they are not made to fail")
            self.address = addresses.kafka
            self._again = _again(addresses.kafka_pid)
        self.pid = self._again()

    def away(self, how: str) -> None:
        os.kill(self.pid, signal.SIGSTOP if how == "stands still" else signal.SIGKILL)
        if how != "stands still":
            os.waitpid(self.pid, 0)

    def back(self, how: str) -> None:
        if how == "stands still":
            os.kill(self.pid, signal.SIGCONT)
        else:
            self.pid = self._again()

    def end(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


@pytest.mark.parametrize("how", ["stands still", "dies and comes back"])
async def test_an_outage_of_kafka_is_a_few_lines_and_no_traceback(
    installing: Installing, mongo: str, tmp_path: Path, how: str
) -> None:
    kafka = await asyncio.to_thread(OwnKafka, tmp_path / "servers")
    try:
        await until(lambda: _answers(kafka.address), "Kafka to start")
        own = await installing(LANES, Addresses(kafka.address, mongo))
        services = own.start()
        await own.feed([shop.variant(), *(shop.order(f"A-{number}") for number in range(8))])
        await own.until_quiet(services.processes)
        before = [len(_said(process)) for process in services.processes]
        kafka.away(how)
        await asyncio.sleep(14.0)
        kafka.back(how)

        async def back() -> bool:
            return all('"server.back"' in _said(process) for process in services.processes)

        await until(back, "the services to notice that Kafka is back")
        await own.feed([shop.order(f"B-{number}") for number in range(8)])
        await own.until_quiet(services.processes)
        await own.assert_whole()
        own.stop()
    finally:
        kafka.end()
    for process, begun in zip(services.processes, before, strict=True):
        told = _said(process)[begun:]
        assert "Traceback" not in told
        assert told.count("never retrieved") <= 1
        assert [told.count(f'"{line}"') for line in ("server.away", "server.back")] == [1, 1], told[:3000]
        assert told.count("library.complains") <= 3, told
        assert len(told.splitlines()) <= 60, told
        assert len(told) < 30_000


async def _answers(address: str) -> bool:
    try:
        await answers(address)
    except (KafkaError, OSError):
        return False
    return True
