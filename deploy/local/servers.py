"""The local servers for those who need them: `running` for a while, `start` and `stop` for a person."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from deploy.local import errors as trouble
from deploy.local import jars, places, runtime
from deploy.local.errors import ServerFailed, last_lines
from deploy.local.folder import DataFolder
from deploy.local.supervisor import STOP_LIMIT, Wanted
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE, Addresses, named, named_kafka, named_mongo
from installation.errors import MendableError

PATIENCE: Final = STOP_LIMIT + 10.0
"""Seconds until a supervisor that does not end is killed; the kernel takes its servers with it."""


@contextmanager
def running(
    data: Path,
    *,
    kafka_port: int | None = None,
    mongo_port: int | None = None,
    fresh: bool = False,
    cache_gb: float = 1.0,
    test_commands: bool = False,
) -> Iterator[Addresses]:
    """Kafka and MongoDB on a data folder, until the block is left or this process ends, however it ends.

    A server that LEASELINE_KAFKA or LEASELINE_MONGO names is used and not started. Ports: None means the one
    of the last time if it is free, else any. `fresh` throws the folder's old data away first, `cache_gb` is
    mongod's cache, `test_commands` allows fail points.

    Raises ServersTrouble of the kind that says what is wrong: PortTaken, DataInUse, ServerFailed,
    NotOnThisPlatform, RuntimeIncomplete; ServerFailed also at the end if a server ended in between.
    """
    if known := named():
        yield known
        return
    wanted = Wanted(
        data=str(data.resolve()),
        kafka=named_kafka() is None,
        mongo=named_mongo() is None,
        kafka_port=kafka_port,
        mongo_port=mongo_port,
        fresh=fresh,
        cache_gb=cache_gb,
        test_commands=test_commands,
        owner=os.getpid(),
        pipe=True,
    )
    supervisor, addresses = _started(wanted)
    try:
        yield addresses
    except BaseException:
        _end(supervisor)
        raise
    if (status := _end(supervisor)) != 0:
        folder = DataFolder(data)
        raise ServerFailed(
            f"The servers on {data} ended before they were told to (status {status}). "
            + " ".join(last_lines(folder.log(each), 5) for each in ("supervisor", "kafka", "mongodb"))
        )


def start(
    data: Path = places.SERVERS,
    *,
    kafka_port: int | None = None,
    mongo_port: int | None = None,
    cache_gb: float = 1.0,
    test_commands: bool = False,
    owner: int | None = None,
) -> Addresses:
    """Starts the servers on the folder and leaves them running: until `stop`, or the end of process `owner`.

    Everything else is as with `running`.
    """
    if known := named():
        return known
    wanted = Wanted(
        data=str(data.resolve()),
        kafka=named_kafka() is None,
        mongo=named_mongo() is None,
        kafka_port=kafka_port,
        mongo_port=mongo_port,
        cache_gb=cache_gb,
        test_commands=test_commands,
        owner=owner,
    )
    _, addresses = _started(wanted)
    return addresses


def found(data: Path = places.SERVERS) -> Addresses | None:
    """The servers that the environment names, or those that run on the folder, or one of each; None: there are none.

    Raises ServersTrouble if only one of the two is known.
    """
    if known := named():
        return known
    running = DataFolder(data).running()
    if running is None:
        return None
    known = _with_named(running)
    for name, address, variable in (("Kafka", known.kafka, KAFKA_VARIABLE), ("MongoDB", known.mongo, MONGO_VARIABLE)):
        if not address:
            raise MendableError(
                f"The servers on {data} were started without {name}, because {variable} named another one: name it "
                "again, or run `leaseline servers stop` and start both."
            )
    return known


def stop(data: Path = places.SERVERS) -> bool:
    """Ends the servers that run on the folder and waits for it; False: none did.

    Raises ServersTrouble if they do not end.
    """
    folder = DataFolder(data)
    pid = folder.holder()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while folder.holder() == pid:
        if time.monotonic() > deadline:
            raise MendableError(f"The servers on {data} do not end; their supervisor is process {pid}.")
        time.sleep(0.05)
    return True


def _started(wanted: Wanted) -> tuple[subprocess.Popen[str], Addresses]:
    """A supervisor whose servers answer, and where. Raises what it said instead."""
    runtime.require_platform()
    if wanted.kafka:
        jars.fetch(lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201 - somebody waits
    log = DataFolder(Path(wanted.data)).log("supervisor")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.supervisor", json.dumps(asdict(wanted))],
            stdin=subprocess.PIPE if wanted.pipe else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=places.PROJECT,  # `deploy` is found there, whatever this process's own folder is
            start_new_session=True,  # a Ctrl-C in the terminal is not for the servers
        )
    try:
        return supervisor, _addresses(supervisor, log)
    except BaseException:
        _end(supervisor)
        raise


def _addresses(supervisor: subprocess.Popen[str], log: Path) -> Addresses:
    assert supervisor.stdout is not None
    with supervisor.stdout as pipe:
        line = pipe.readline()
    if not line:
        raise ServerFailed(f"The servers' supervisor ended without a word. {last_lines(log)}")
    said = json.loads(line)
    if "trouble" in said:
        kind: type[MendableError] = getattr(trouble, said["trouble"])
        raise kind(said["message"])
    return _with_named(Addresses(**said))


def _with_named(running: Addresses) -> Addresses:
    """What the environment names is used, whatever else runs here."""
    if kafka := named_kafka():
        running = replace(running, kafka=kafka, kafka_pid=None)
    if mongo := named_mongo():
        running = replace(running, mongo=mongo, mongod_pid=None)
    return running


def _end(supervisor: subprocess.Popen[str]) -> int:
    """Lets the supervisor see the end of its owner, and waits until its servers are gone; its exit status."""
    if supervisor.stdin is not None:
        supervisor.stdin.close()
    else:
        supervisor.terminate()
    try:
        with suppress(subprocess.TimeoutExpired):
            supervisor.wait(PATIENCE)
    finally:  # also when the waiting is interrupted: the kernel takes the servers with it
        supervisor.kill()
        status = supervisor.wait()
    return status
