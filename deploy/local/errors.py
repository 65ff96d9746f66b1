"""What can go wrong with the local servers, told so that a person can mend it."""

from pathlib import Path

from installation.errors import MendableError


class NotOnThisPlatform(MendableError):
    """The embedded servers exist for Linux x86-64 only."""


class RuntimeIncomplete(MendableError):
    """A part of the runtime is missing, cannot be downloaded or is not what was expected."""


class PortTaken(MendableError):
    """Somebody else listens on a port that was asked for."""


class DataInUse(MendableError):
    """Other servers run on this data folder."""


class ServerFailed(MendableError):
    """A server did not start, or ended by itself."""


def last_lines(log: Path, count: int = 15, begin: int = 0) -> str:
    """The end of a log, without the frames of a stack trace, and where the rest is. ``begin``: bytes that the log had
    before this run, of which nothing is shown.
    """
    try:
        lines = log.read_bytes()[begin:].decode("utf-8", errors="replace").splitlines()
        lines = [line for line in lines if not _is_frame(line)]
    except FileNotFoundError:
        return f"It left no log ({log})."
    if not lines:
        return f"Its log is empty ({log})."
    tail = "\n".join(f"    {line[:300]}" for line in lines[-count:])
    return f"The end of its log ({log}):\n{tail}"


def _is_frame(line: str) -> bool:
    """Of Java's traces, and of mongod's, whose log has a JSON object in each line."""
    return line.lstrip().startswith("at ") or any(mark in line.lower() for mark in ("backtrace", "frame: {"))
