"""A command as a process of its own, measured from outside: what it said, seconds, CPU, and memory at its peak."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.peak import peak_megabytes
from deploy.local import places
from installation.addresses import Addresses

LOOKED_AT: Final = 0.02
"""Seconds between two looks at its memory."""


@dataclass(frozen=True, slots=True)
class Ran:
    """``said`` is its standard output, ``cpu`` are seconds of the process alone, ``megabytes`` its peak."""

    status: int
    said: bytes
    seconds: float
    cpu: float
    megabytes: float


def run_apart(words: Sequence[str], addresses: Addresses, databases: str) -> Ran:
    """Runs ``leaseline`` with these words and waits for its end."""
    environment = {**os.environ, **addresses.as_environment(), "LEASELINE_DATABASES": databases}
    command = [sys.executable, "-m", "operations", *words]
    before, begun, peak = _cpu_of_ended(), time.monotonic(), 0.0
    with subprocess.Popen(  # noqa: S603 - the words are ours
        command, cwd=places.PROJECT, env=environment, stdout=subprocess.PIPE
    ) as process:
        while process.poll() is None:
            peak = max(peak, peak_megabytes(process.pid))
            time.sleep(LOOKED_AT)
        seconds = time.monotonic() - begun
        said: bytes = process.stdout.read() if process.stdout else b""
    return Ran(process.returncode, said, seconds, _cpu_of_ended() - before, peak)


def _cpu_of_ended() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
