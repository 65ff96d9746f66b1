"""Services and servers end when their owner wants it, also an impatient one."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.installation import processes
from deploy.installation.processes import started
from deploy.local import servers
from deploy.local.addresses import Addresses

DEAF = "tests.deploy.deaf"


@pytest.fixture
def ctrl_c() -> Iterator[threading.Timer]:
    """Pressed half a second after it is started; also where the tests were started with Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_the_services_end_leaves_none_of_them(tmp_path: Path, ctrl_c: threading.Timer) -> None:
    services = started(Addresses("", ""), tmp_path, module=DEAF, services=("orders", "billing"))
    services.until_ready()

    ctrl_c.start()
    with pytest.raises(KeyboardInterrupt):
        services.stop()

    assert [each.popen.poll() for each in services.processes] == [-signal.SIGKILL, -signal.SIGKILL]


def test_a_service_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOPPED_WITHIN", 0.2)
    with started(Addresses("", ""), tmp_path, module=DEAF, services=("orders",)) as services:
        services.until_ready()

    assert services.processes[0].popen.poll() == -signal.SIGKILL


def test_ctrl_c_while_the_servers_end_takes_their_supervisor_too(ctrl_c: threading.Timer) -> None:
    """The kernel takes the servers with it."""
    supervisor = subprocess.Popen([sys.executable, "-m", DEAF], text=True, stderr=subprocess.PIPE)
    assert supervisor.stderr is not None
    with supervisor.stderr as ready:
        ready.readline()

    ctrl_c.start()
    with pytest.raises(KeyboardInterrupt):
        servers._end(supervisor)

    assert supervisor.poll() == -signal.SIGKILL
