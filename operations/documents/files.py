"""A file is there whole or not at all: written beside its place, then renamed."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import IO, Final

from installation.errors import InstallationError

_STREAMS: Final = ("/dev/stdout", "/dev/stderr", "/dev/stdin", "/dev/fd/", "/proc/")
"""Names of something that is open already, also where that is an ordinary file: another one must not take its place."""


@contextmanager
def written_whole(to: Path) -> Iterator[IO[bytes]]:
    """A stream whose content is at ``to`` when the block ends; whatever goes wrong, what was there stays as it was.

    A device or a pipe is written to as it comes. Raises ``InstallationError`` if not all could be written.
    """
    try:
        with _directly(to) if is_stream(to) else _beside(to.resolve()) as stream:
            yield stream
    except OSError as error:
        there = "" if is_stream(to) or not to.exists() else " The file that was there is as it was."
        raise InstallationError(f"{to} could not be written: {error.strerror or error}.{there}") from error


def is_stream(to: Path) -> bool:
    """Whether this is no file of its own: a device, a pipe, or another name of an open file."""
    if str(to).startswith(_STREAMS):
        return True
    try:
        return not stat.S_ISREG(to.stat().st_mode)
    except OSError:
        return False


@contextmanager
def _directly(to: Path) -> Iterator[IO[bytes]]:
    with to.open("wb") as stream:
        yield stream


@contextmanager
def _beside(to: Path) -> Iterator[IO[bytes]]:
    mode = _mode_of(to)
    handle, name = mkstemp(prefix=".leaseline-", suffix=".part", dir=to.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        beside.replace(to)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _remember_the_name(to.parent)


def _mode_of(to: Path) -> int:
    """That of the file that is there, or that of a new one. Raises OSError if it may not be written."""
    if to.exists():
        if not os.access(to, os.W_OK):
            raise PermissionError(13, "Permission denied", str(to))
        return stat.S_IMODE(to.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _remember_the_name(folder: Path) -> None:
    """A folder's entry outlives a power cut only if the folder was written, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
