"""The three services as separate processes, each with its log; they never outlive the process that started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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

READY: Final = (b"service.ready", b"http.ready", b"console.ready")
MINUTE: Final = 60.0
STARTED_WITHIN: Final = 30.0
STARTS_A_MINUTE: Final = 3
"""Times in a minute that a service is started again."""
STOPPED_WITHIN: Final = 50.0
"""Seconds: a service finishes its batch, then leaves its group."""


@dataclass(eq=False)
class Process:
    """One running service, itself and no other. ``log`` is where it writes, ``begun`` how long the log was before."""

    service: str
    log: Path
    popen: subprocess.Popen[bytes]
    output: IO[Any]
    begun: int = 0
    again: Callable[[], "Process"] | None = None
    starts: tuple[float, ...] = ()
    """When it was started again, monotonic seconds, in the last minute."""

    def how_it_ended(self) -> str | None:
        """A sentence with the end of this run's log; None: it runs."""
        status = self.popen.poll()
        if status is None:
            return None
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return f"The service {self.service} {how}. {last_lines(self.log, 5, self.begun)}"

    def ready(self) -> bool:
        """Whether it has said that it reads, or listens."""
        if self.popen.poll() is not None:
            return False
        with self.log.open("rb") as log:
            log.seek(self.begun)
            said = log.read()
        return any(each in said for each in READY)

    def check(self) -> None:
        """Raises ``InstallationError`` if it ended by itself."""
        ended = self.how_it_ended()
        if ended is not None:
            raise InstallationError(ended)


class Services:
    """The processes of an installation; a context manager that ends them."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self.processes = list(processes)
        self.stopped_within = STOPPED_WITHIN

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

    def start_again(self) -> tuple[str, ...]:
        """Starts again what ended by itself; a sentence about each. Raises ``InstallationError`` for one that ended
        more than three times in a minute.
        """
        told = []
        for number, process in enumerate(self.processes):
            ended = process.how_it_ended()
            if ended is None or process.again is None:
                process.check()
                continue
            now = time.monotonic()
            starts = tuple(at for at in process.starts if now - at < MINUTE)
            if len(starts) >= STARTS_A_MINUTE:
                raise InstallationError(
                    f"{ended}\nIt was started again {len(starts)} times within a minute and is not again: "
                    "mend what its log says, then `leaseline up`."
                )
            process.output.close()
            follower = process.again()
            follower.starts = (*starts, now)
            self.processes[number] = follower
            told.append(f"{ended}\nIt is started again (process {follower.popen.pid}).")
        return tuple(told)

    def until_ready(self, patience: float = STARTED_WITHIN) -> None:
        """Waits until every service reads. Raises ``InstallationError``."""
        end = time.monotonic() + patience
        for process in self.processes:
            while not process.ready():
                process.check()
                if time.monotonic() > end:
                    raise InstallationError(
                        f"The service {process.service} was not ready within {patience:.0f} s. "
                        f"{last_lines(process.log, 5, process.begun)}"
                    )
                time.sleep(0.02)

    def stop(self) -> None:
        """SIGTERM to all, then waits; what does not end is killed, and all if the waiting is interrupted."""
        for process in self.processes:
            if process.popen.poll() is None:
                process.popen.send_signal(signal.SIGTERM)
        end = time.monotonic() + min(STOPPED_WITHIN, self.stopped_within)
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

    def start(service: str, log: Path) -> Process:
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
        return Process(service, log, popen, output, begun, lambda: start(service, log))

    return Services(
        [
            start(service, logs / f"{service}{'' if services.index(service) == number else f'-{number}'}.log")
            for number, service in enumerate(services)
        ]
    )


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
