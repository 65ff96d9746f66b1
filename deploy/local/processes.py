"""The three services as separate processes, each with its log; they never outlive the process that started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from deploy.local.errors import last_lines
from deploy.local.parent import die_with_parent
from deploy.local.places import PROJECT
from installation import SERVICES
from installation.addresses import Addresses
from installation.errors import InstallationError

READY: Final = b"service.ready"
STARTED_WITHIN: Final = 30.0
STOPPED_WITHIN: Final = 50.0
"""Seconds: a service finishes its batch, then leaves its group."""


@dataclass
class Process:
    """One running service. ``log`` is where it writes, ``begun`` how long the log was before."""

    service: str
    log: Path
    popen: subprocess.Popen[bytes]
    output: IO[Any]
    begun: int = 0

    def ready(self) -> bool:
        """Whether it has said that it reads."""
        if self.popen.poll() is not None:
            return False
        with self.log.open("rb") as log:
            log.seek(self.begun)
            return READY in log.read()

    def check(self) -> None:
        """Raises ``InstallationError`` if it ended by itself."""
        status = self.popen.poll()
        if status is not None:
            raise InstallationError(f"The service {self.service} ended with status {status}. {last_lines(self.log, 5)}")


class Services:
    """The processes of an installation; a context manager that ends them."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self.processes = list(processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def check(self) -> None:
        """Raises ``InstallationError`` if one of them ended by itself."""
        for process in self.processes:
            process.check()

    def until_ready(self, patience: float = STARTED_WITHIN) -> None:
        """Waits until every service reads. Raises ``InstallationError``."""
        end = time.monotonic() + patience
        for process in self.processes:
            while not process.ready():
                process.check()
                if time.monotonic() > end:
                    raise InstallationError(
                        f"The service {process.service} was not ready within {patience:.0f} s. "
                        f"{last_lines(process.log, 5)}"
                    )
                time.sleep(0.02)

    def stop(self) -> None:
        """SIGTERM to all, then waits; what does not end is killed, and all if the waiting is interrupted."""
        for process in self.processes:
            if process.popen.poll() is None:
                process.popen.send_signal(signal.SIGTERM)
        end = time.monotonic() + STOPPED_WITHIN
        try:
            for process in self.processes:
                with suppress(subprocess.TimeoutExpired):
                    process.popen.wait(max(0.1, end - time.monotonic()))
        finally:
            for process in self.processes:
                process.popen.kill()  # does nothing to one that ended
                process.popen.wait()
                process.output.close()


def started(
    addresses: Addresses,
    logs: Path,
    *,
    services: Sequence[str] = SERVICES,
    environment: Mapping[str, str] | None = None,
    module: str = "services.{}.app",
) -> Services:
    """Starts one process for each name in ``services`` (a name twice: two workers). ``module`` is what each
    runs, with arguments if there are any.
    """
    logs.mkdir(parents=True, exist_ok=True)
    found = []
    for number, service in enumerate(services):
        log = logs / f"{service}{'' if services.index(service) == number else f'-{number}'}.log"
        output = log.open("ab")
        begun = output.tell()
        popen = subprocess.Popen(
            [sys.executable, "-m", *module.format(service).split()],
            cwd=PROJECT,
            env={**os.environ, **addresses.as_environment(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches only the parent, which ends them in order
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - a prctl call, which takes no lock
        )
        found.append(Process(service, log, popen, output, begun))
    return Services(found)


@contextmanager
def running(
    addresses: Addresses,
    logs: Path,
    *,
    services: Sequence[str] = SERVICES,
    environment: Mapping[str, str] | None = None,
    module: str = "services.{}.app",
) -> Iterator[Services]:
    """The services, started and ready, until the block is left."""
    with started(addresses, logs, services=services, environment=environment, module=module) as found:
        found.until_ready()
        yield found
