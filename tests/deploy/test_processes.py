"""Services and servers end when their owner wants it, also an impatient one."""

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import processes, servers
from deploy.local.kafka import Kafka
from deploy.local.processes import started
from installation.addresses import Addresses
from operations import cli, entry

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


async def test_a_folder_that_is_being_formatted_is_let_go_when_nobody_wants_it_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the first second of a first start: Kafka's tool does not go on for itself."""
    monkeypatch.setattr(Kafka, "_java", lambda *_: (sys.executable, "-m", DEAF))
    preparing = asyncio.create_task(Kafka(tmp_path / "kafka", 9092, 9093).prepare(tmp_path / "kafka.log"))
    while not (tmp_path / "kafka.log").exists() or "ready" not in (tmp_path / "kafka.log").read_text():
        await asyncio.sleep(0.02)
    (tool,) = (each for each in psutil.Process().children() if DEAF in each.cmdline())

    preparing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await preparing

    assert not tool.is_running()


def test_ctrl_c_while_the_commands_are_loaded_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)

    with pytest.raises(SystemExit) as ended:
        entry.main()

    assert ended.value.code == 130
    assert capsys.readouterr().err == "Interrupted.\n"


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
