"""A file that could not be written whole is told in a sentence, and what was there before is untouched."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from installation.errors import InstallationError
from operations.documents.files import is_stream, written_whole
from operations.documents.paper import paper
from operations.documents.printing import write_html, write_pdf
from tests.operations.documents.issued import invoice, lines


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As on a disk that is full: the kernel takes no byte more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write(to: Path, content: bytes) -> None:
    with written_whole(to) as stream:
        stream.write(content)


@pytest.mark.parametrize("printing", [write_pdf, write_html])
def test_an_invoice_that_does_not_fit_leaves_the_older_file_and_no_other(printing: type, tmp_path: Path) -> None:
    to = tmp_path / "i"
    to.write_bytes(b"of yesterday")
    with no_file_longer_than(1000), pytest.raises(InstallationError, match="could not be written: File too large"):
        printing(paper(invoice(), lines()), "Us", to)
    assert to.read_bytes() == b"of yesterday"
    assert list(tmp_path.iterdir()) == [to]


@pytest.mark.parametrize("printing", [write_pdf, write_html])
def test_a_full_device_is_told(printing: type) -> None:
    with pytest.raises(InstallationError, match=r"^/dev/full could not be written: No space left on device"):
        printing(paper(invoice(), lines()), "Us", Path("/dev/full"))


def test_a_file_that_was_there_keeps_its_rights_and_its_links(tmp_path: Path) -> None:
    to, link = tmp_path / "real", tmp_path / "link"
    to.write_bytes(b"old")
    to.chmod(0o640)
    link.symlink_to(to)
    write(link, b"new")
    assert link.is_symlink()
    assert (to.read_bytes(), stat.S_IMODE(to.stat().st_mode)) == (b"new", 0o640)


def test_a_new_file_has_the_rights_that_a_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write(tmp_path / "new", b"x")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_what_raises_in_the_middle_leaves_everything_as_it_was(tmp_path: Path) -> None:
    to = tmp_path / "x"
    to.write_bytes(b"old")

    def interrupted() -> None:
        with written_whole(to) as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (to.read_bytes(), list(tmp_path.iterdir())) == (b"old", [to])


def test_no_such_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InstallationError, match="nowhere/x could not be written: No such file or directory"):
        write(tmp_path / "nowhere" / "x", b"")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InstallationError, match="could not be written: Is a directory"):
        write(tmp_path, b"")


def test_a_pipe_gets_what_is_written(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(pipe, b"through")
        assert os.read(reading, 100) == b"through"
    finally:
        os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/null"])
def test_what_is_open_already_is_not_replaced(name: str, tmp_path: Path) -> None:
    assert is_stream(Path(name))
    assert not is_stream(tmp_path / "new")
