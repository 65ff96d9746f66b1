"""One `leaseline up` for a data folder: a second one would share its log files and lose its servers with the first."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from deploy.local.errors import DataInUse


@contextmanager
def only_up(data: Path) -> Iterator[None]:
    """Holds the folder for this `up`; the kernel lets it go with the process. Raises DataInUse that names the other."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "up.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            pid, _, since = lock.read().strip().partition(" since ")
            raise DataInUse(
                f"`leaseline up` runs on {data} already, since {since or 'a moment ago'}, "
                f"as process {pid or 'unknown'}. For more workers: "
                f"`leaseline worker SERVICE --data {data}`. To end it: Ctrl-C there, or "
                f"`kill -TERM {pid or 'PID'}`. For another installation take another folder (`--data`)."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} since {datetime.now().astimezone():%Y-%m-%d %H:%M:%S}")
        lock.flush()
        yield
