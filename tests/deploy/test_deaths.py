"""Whatever dies under `leaseline up`: it says within seconds who and why, and ends, or starts it again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from deploy.local.errors import DataInUse
from deploy.local.folder import DataFolder
from deploy.local.one_up import only_up
from deploy.local.places import PROJECT

PATIENCE = 90.0


class Up:
    """A running `leaseline up` and what it printed."""

    def __init__(self, data: Path, printed: Path) -> None:
        self.data = data
        self._printed = printed
        with printed.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "operations", "up", "--data", str(data)],
                cwd=PROJECT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._printed.read_text(encoding="utf-8")

    def until(self, words: str) -> None:
        end = time.monotonic() + PATIENCE
        while words not in self.said:
            if time.monotonic() > end or (self.process.poll() is not None and words not in self.said):
                pytest.fail(f"never said {words!r}: {self.said}")
            time.sleep(0.05)

    def child(self, *words: str) -> psutil.Process:
        """The process below it in whose command line all the words stand."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return next(each for each in children if all(word in _command_of(each) for word in words))


def _command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has ended, and nobody has asked how yet
        return ""


@contextmanager
def running(folder: Path) -> Iterator[Up]:
    up = Up(folder / "servers", folder / "printed")
    try:
        up.until("-G watcher")
        yield up
    finally:
        if up.process.poll() is None:
            up.process.terminate()
        up.process.wait(PATIENCE)


@pytest.mark.parametrize(("name", "program"), [("Kafka", "kafka.Kafka /"), ("MongoDB", "--replSet")])
def test_up_says_which_server_was_killed_and_ends_with_status_1(tmp_path: Path, name: str, program: str) -> None:
    with running(tmp_path) as up:
        server = up.child(program, str(up.data))
        server.kill()
        up.until(f"{name} (process {server.pid}) ended: killed by SIGKILL")
        assert up.process.wait(PATIENCE) == 1
        assert "Traceback" not in up.said
        assert str(up.data / "logs") in up.said


def test_a_service_that_was_killed_is_started_again_and_three_times_at_most(tmp_path: Path) -> None:
    with running(tmp_path) as up:
        log = up.data / "logs" / "billing.log"
        for _ in range(3):
            billing = up.child("services.billing.app")
            billing.kill()
            billing.wait(PATIENCE)  # else the next look may still find it, and kill it a second time
            up.until(f"{log}")
            end = time.monotonic() + PATIENCE
            while f"It is started again (process {_pid_of_billing(up)})" not in up.said:
                assert time.monotonic() < end, up.said
                time.sleep(0.1)
        assert "The service billing was killed by signal 9" in up.said
        up.child("services.billing.app").kill()
        up.until("started again 3 times within a minute")
        assert up.process.wait(PATIENCE) == 1


def _pid_of_billing(up: Up) -> int:
    try:
        return int(up.child("services.billing.app").pid)
    except (StopIteration, psutil.Error):
        return -1


def test_a_second_up_in_the_folder_says_since_when_and_how_to_add_workers(tmp_path: Path) -> None:
    with only_up(tmp_path):
        second = subprocess.run(
            [sys.executable, "-m", "operations", "up", "--data", str(tmp_path)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        with pytest.raises(DataInUse), only_up(tmp_path):
            pass
    assert second.returncode == 1
    said = " ".join(second.stderr.split())
    assert f"as process {os.getpid()}" in said
    assert "since 20" in said
    assert "`leaseline worker SERVICE --data" in said


def test_status_names_a_server_that_stands(tmp_path: Path) -> None:
    with running(tmp_path) as up:
        addresses = DataFolder(up.data).running()
        assert addresses is not None
        assert addresses.mongod_pid is not None
        os.kill(addresses.mongod_pid, signal.SIGSTOP)
        try:
            told = subprocess.run(
                [sys.executable, "-m", "operations", "servers", "status", "--data", str(up.data)],
                cwd=PROJECT,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        finally:
            os.kill(addresses.mongod_pid, signal.SIGCONT)
        assert told.returncode == 1
        assert "MongoDB at" in told.stderr
        assert "does not answer" in told.stderr
        assert "Kafka at" not in told.stderr
