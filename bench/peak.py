"""The most memory that a process ever had, as the kernel remembers it."""

from pathlib import Path
from typing import Final

_FIELD: Final = "VmHWM:"


def peak_megabytes(pid: int) -> float:
    """Resident megabytes at most since it was started; 0.0 once it has ended. A program's start clears what the process
    that made it had: the count of ``getrusage`` would contain that.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(_FIELD)), 0.0)
