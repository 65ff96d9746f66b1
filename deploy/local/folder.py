"""A data folder of the servers: what lies where, who holds it, what is known about those that run on it."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from deploy.local.errors import DataInUse
from installation.addresses import Addresses


@dataclass(frozen=True, slots=True)
class DataFolder:
    """`kafka/` and `mongo/` with the data, `logs/`, `lock` with its holder's pid, `servers.json`."""

    path: Path

    @property
    def kafka(self) -> Path:
        """Kafka's settings and log."""
        return self.path / "kafka"

    @property
    def mongo(self) -> Path:
        """MongoDB's files."""
        return self.path / "mongo"

    def log(self, server: str) -> Path:
        """The log of `kafka`, `mongodb` or `supervisor`."""
        return self.path / "logs" / f"{server.lower()}.log"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder for this process. Raises DataInUse, naming the holder, if another one has it.

        The lock is the kernel's: it ends with its holder, however that ends.
        """
        self.log("any").parent.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a+", encoding="ascii") as lock:
            if not _locked(lock):
                raise DataInUse(
                    f"Servers run on {self.path} already, under process {self.holder() or 'unknown'}. Use those "
                    f"(`leaseline servers status --data {self.path}`), stop them (`leaseline servers stop --data "
                    f"{self.path}`), or take another folder (`--data`)."
                )
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield
            finally:
                self._state.unlink(missing_ok=True)
                lock.truncate(0)

    def holder(self) -> int | None:
        """The pid of the process that holds the folder; None: nobody does, or it is just ending."""
        try:
            with (self.path / "lock").open(encoding="ascii") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    written = lock.read().strip()
                    return int(written) if written else None
        except FileNotFoundError:
            pass
        return None

    def empty(self) -> None:
        """Throws away the servers' data and logs, and nothing else that may lie in the folder."""
        for part in (self.kafka, self.mongo, self.path / "logs"):
            shutil.rmtree(part, ignore_errors=True)
        self.log("any").parent.mkdir(parents=True, exist_ok=True)

    def remember(self, addresses: Addresses) -> None:
        """Writes down where the running servers answer, for `running` and for the next start's ports."""
        for file in (self._state, self._last):
            part = file.with_suffix(".part")
            part.write_text(json.dumps(asdict(addresses), indent=1), encoding="utf-8")
            part.replace(file)

    def running(self) -> Addresses | None:
        """The servers that run on this folder; None: none do."""
        return _addresses(self._state) if self.holder() else None

    def last_ports(self) -> tuple[int | None, int | None]:
        """Kafka's and MongoDB's port of the last time."""
        last = _addresses(self._last)
        if last is None:
            return None, None
        return _port(last.kafka), _port(last.mongo)

    @property
    def _state(self) -> Path:
        return self.path / "servers.json"

    @property
    def _last(self) -> Path:
        return self.path / "last-servers.json"


def _locked(lock: IO[str], limit: float = 1.0) -> bool:
    """Whether the lock could be had; asked for a while, since `holder` takes it too, for a moment."""
    deadline = time.monotonic() + limit
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def _addresses(file: Path) -> Addresses | None:
    try:
        return Addresses(**json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, TypeError, ValueError):
        return None  # absent, or of another version of Leaseline: as good as unknown


def _port(address: str) -> int | None:
    digits = address.removeprefix("mongodb://").partition("/")[0].rpartition(":")[2]
    return int(digits) if digits.isdecimal() else None
