"""Who of the servers ended by itself, and why: written by their supervisor, read by whoever uses them."""

import json
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

from deploy.local.errors import last_lines
from deploy.local.folder import DataFolder

FULL: Final = 16 * 1024 * 1024
"""Bytes free below which a disk counts as full: neither server goes on then."""


def record_end(folder: DataFolder, name: str, status: int) -> None:
    """Notes it at once, before the other server is stopped; on a full disk nothing can be noted."""
    with suppress(OSError):
        _file(folder).write_text(json.dumps([name, status]), encoding="ascii")


def forget_end(folder: DataFolder) -> None:
    """A new start knows nothing of it."""
    _file(folder).unlink(missing_ok=True)


def told_end(folder: DataFolder, alive: dict[str, int | None], before: dict[str, int]) -> str | None:
    """Who died and why, in sentences, with the end of its log; None while all run.

    ``alive`` names the servers that were started and their process ids; ``before`` says how long each log was then.
    """
    found: tuple[str, int | None] | None = None
    try:
        name, status = json.loads(_file(folder).read_text(encoding="ascii"))
        found = name, status
    except (OSError, ValueError):
        gone = (name for name, pid in alive.items() if pid is not None and not Path(f"/proc/{pid}").exists())
        found = next(((name, None) for name in gone), None)
    if found is None:
        return None
    name, status = found
    pid = alive.get(name)
    sentence = f"{name}{'' if pid is None else f' (process {pid})'} ended: {_how(status)}."
    if is_full(folder.path):
        sentence += f" The disk of {folder.path} is full: make room, then start again; what was acknowledged is kept."
    return f"{sentence} {last_lines(folder.log(name), 8, before.get(name, 0))}"


def is_full(path: Path) -> bool:
    """Whether servers cannot go on writing there."""
    try:
        return shutil.disk_usage(path).free < FULL
    except OSError:
        return False


def _how(status: int | None) -> str:
    if status is None:
        return "how is not known"
    if status < 0:
        with suppress(ValueError):
            name = signal.Signals(-status).name
            hint = ", by somebody or for want of memory" if name == "SIGKILL" else ""
            return f"killed by {name}{hint}"
        return f"killed by signal {-status}"
    return f"exit status {status}"


def _file(folder: DataFolder) -> Path:
    return folder.path / "ended.json"
