"""The process between the servers and whoever wants them: `python -m deploy.local.supervisor`.

Servers never outlive their owner. The supervisor holds one end of a pipe whose other end only the owner has;
when the owner ends, however it ends, the pipe does too, and the supervisor stops the servers. The kernel kills
them if the supervisor itself is killed. With no owner (`leaseline servers start`) it runs until SIGTERM.

It says one line of JSON on standard output, the addresses or the trouble, and nothing afterwards.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol

from deploy.local import ports
from deploy.local.ended import forget_end, record_end
from deploy.local.errors import ServerFailed, last_lines
from deploy.local.folder import DataFolder
from deploy.local.kafka import Kafka
from deploy.local.mongod import Mongod
from deploy.local.parent import die_with_parent
from installation.addresses import Addresses
from installation.errors import MendableError

START_VARIABLE: Final = "LEASELINE_SERVERS_START_SECONDS"
START_LIMIT: Final = 60.0
"""Seconds for a start, on a busy machine too, if nobody says otherwise."""

STOP_LIMIT: Final = 10.0
"""Seconds for a clean end; then SIGKILL."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an owner asks for."""

    data: str
    kafka: bool = True
    mongo: bool = True
    kafka_port: int | None = None
    mongo_port: int | None = None
    fresh: bool = False
    cache_gb: float = 1.0
    test_commands: bool = False
    owner: int | None = None
    """The pid whose end ends the servers; None: they run until they are told to stop."""

    pipe: bool = False
    """Whether standard input is the owner's pipe: it tells at once, its end needs no pid."""


def start_limit(environment: Mapping[str, str] = os.environ) -> float:
    """Seconds for a start. Raises ServerFailed for a setting that is no such number."""
    text = environment.get(START_VARIABLE, "").strip()
    try:
        limit = float(text or START_LIMIT)
    except ValueError:
        limit = 0.0
    if not 1 <= limit <= 3600:
        raise ServerFailed(f"{START_VARIABLE} is {text[:40]!r}: give seconds from 1 to 3600")
    return limit


class Server(Protocol):
    """What the supervisor knows of a server."""

    name: str

    @property
    def address(self) -> str:
        """Where clients find it."""

    @property
    def command(self) -> tuple[str, ...]:
        """The program and its arguments."""

    async def prepare(self, log: Path) -> None:
        """Makes the data folder ready."""

    async def until_it_answers(self) -> None:
        """Returns when it can be used."""


class Running:
    """The servers of one data folder, from start to stop."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._limit = start_limit()
        self._processes: dict[str, Process] = {}

    async def start(self, *servers: Server) -> dict[str, int]:
        """Starts all side by side; pids by name. Raises ServerFailed with the end of the log."""
        async with asyncio.timeout(self._limit + 5), asyncio.TaskGroup() as starts:
            for server in servers:
                starts.create_task(self._start(server))
        return {name: process.pid for name, process in self._processes.items()}

    async def _start(self, server: Server) -> None:
        log = self._folder.log(server.name)
        try:
            await server.prepare(log)
            with log.open("ab") as output:
                process = await asyncio.create_subprocess_exec(
                    *server.command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    preexec_fn=die_with_parent(),
                )
        except (OSError, RuntimeError) as error:
            raise ServerFailed(f"{server.name} could not be started: {error}. {last_lines(log)}") from error
        self._processes[server.name] = process
        ended = asyncio.create_task(process.wait())
        answers = asyncio.create_task(server.until_it_answers())
        try:
            done, _ = await asyncio.wait({ended, answers}, timeout=self._limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            answers.cancel()
        if answers in done:
            answers.result()
        elif ended in done:
            raise ServerFailed(f"{server.name} ended at its start (status {ended.result()}). {last_lines(log)}")
        else:
            raise ServerFailed(
                f"{server.name} gave no answer within {self._limit:g} s ({START_VARIABLE}). {last_lines(log)}"
            )

    async def until_one_ends(self) -> tuple[str, int]:
        """The name of the first server that ends by itself, and its exit status."""
        waits = {asyncio.create_task(process.wait()): name for name, process in self._processes.items()}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        first = done.pop()
        return waits[first], first.result()

    async def stop(self, limit: float = STOP_LIMIT) -> None:
        """Ends all side by side; what has not ended cleanly within so many seconds is killed."""
        await asyncio.gather(*(_stop(process, limit) for process in self._processes.values()))


async def _stop(process: Process, limit: float) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(limit):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _when_the_owner_ends(wanted: Wanted, owners_end: asyncio.Event, stack: ExitStack) -> None:
    """Sets the event at SIGTERM, and if there is an owner, at its end, seen by its pipe and by its pid."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, owners_end.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl-C is meant for the owner, who decides
    loop.add_signal_handler(signal.SIGHUP, lambda: None)  # nor is the end of the terminal
    if wanted.pipe:
        loop.add_reader(sys.stdin.fileno(), owners_end.set)
    if wanted.owner is not None:
        try:
            owner = os.pidfd_open(wanted.owner)
        except ProcessLookupError:
            owners_end.set()
        else:
            stack.callback(os.close, owner)
            loop.add_reader(owner, owners_end.set)


async def supervise(wanted: Wanted, say: Callable[[dict[str, object]], None]) -> int:
    """Runs what is wanted until its owner ends. The exit status: 0 if the servers ran until then."""
    folder = DataFolder(Path(wanted.data))
    owners_end = asyncio.Event()
    with ExitStack() as stack:
        _when_the_owner_ends(wanted, owners_end, stack)
        stack.enter_context(folder.held())
        forget_end(folder)
        holding = stack.enter_context(ports.Holding())
        if wanted.fresh:
            folder.empty()
        last_kafka, last_mongo = folder.last_ports()
        servers: list[Server] = []
        if wanted.kafka:
            port = holding.claim(wanted.kafka_port, last_kafka, "Kafka")
            servers.append(Kafka(folder.kafka, port, holding.free()))
        if wanted.mongo:
            port = holding.claim(wanted.mongo_port, last_mongo, "MongoDB")
            servers.append(Mongod(folder.mongo, port, cache_gb=wanted.cache_gb, test_commands=wanted.test_commands))
        running = Running(folder)
        ended = asyncio.create_task(owners_end.wait())
        try:
            starting = asyncio.create_task(running.start(*servers))
            await asyncio.wait({starting, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                starting.cancel()
                await asyncio.wait({starting})
                return 0
            pids = starting.result()
            found = {server.name: server.address for server in servers}
            addresses = Addresses(
                found.get("Kafka", ""), found.get("MongoDB", ""), pids.get("Kafka"), pids.get("MongoDB")
            )
            folder.remember(addresses)
            say(asdict(addresses))
            failing = asyncio.create_task(running.until_one_ends())
            await asyncio.wait({failing, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                name, status = failing.result()
                record_end(folder, name, status)
                sys.stderr.write(f"{name} ended by itself (status {status}); the other one is stopped.\n")
                return 1
            failing.cancel()
            return 0
        finally:
            ended.cancel()
            await running.stop()


def main() -> int:
    """`python -m deploy.local.supervisor <Wanted as JSON>`."""
    wanted = Wanted(**json.loads(sys.argv[1]))

    def say(what: dict[str, object]) -> None:
        print(json.dumps(what), flush=True)  # noqa: T201 - the owner reads it

    try:
        return asyncio.run(supervise(wanted, say))
    except OSError as error:  # a folder that is full, or not ours
        where = f" ({error.filename})" if error.filename else ""
        say({"trouble": "ServerFailed", "message": f"The servers' folder cannot be used: {error.strerror}{where}."})
    except MendableError as trouble:
        say({"trouble": type(trouble).__name__, "message": str(trouble)})
    except ExceptionGroup as group:
        troubles = group.subgroup(MendableError)
        if troubles is None:
            raise
        say({"trouble": "ServerFailed", "message": "\n".join(str(each) for each in troubles.exceptions)})
    return 1


if __name__ == "__main__":
    sys.exit(main())
