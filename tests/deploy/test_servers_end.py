"""Servers never outlive their owner, and end cleanly when they are told to."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from pymongo import MongoClient

from deploy.local import places
from tests.deploy.interrupting import listening_to_ctrl_c

OWNER = """
import json, sys, time
from pathlib import Path
from deploy.local import servers
with servers.running(Path(sys.argv[1]), cache_gb=0.25) as addresses:
    print(json.dumps([addresses.kafka_pid, addresses.mongod_pid, addresses.mongo]), flush=True)
    time.sleep(600)
"""

pytestmark = pytest.mark.usefixtures("nobody_names_servers")


@contextmanager
def owned(data: Path) -> Iterator[tuple["subprocess.Popen[str]", list[psutil.Process], str]]:
    """A process that owns servers, the servers, and MongoDB's URI."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=places.PROJECT,
        preexec_fn=listening_to_ctrl_c,  # noqa: PLW1509 - sets one signal, takes no lock
    ) as owner:
        try:
            assert owner.stdout is not None
            *pids, mongo = json.loads(owner.stdout.readline())
            yield owner, [psutil.Process(pid) for pid in pids], mongo
        finally:
            owner.kill()


def all_end(processes: list[psutil.Process], seconds: float) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not alive


def test_kill_9_of_the_owner_ends_the_servers_cleanly_within_seconds(tmp_path: Path) -> None:
    with owned(tmp_path) as (owner, servers, mongo):
        with MongoClient[dict[str, object]](mongo) as client:
            client.shop.orders.insert_one({"_id": "order-1"})
        supervisor = servers[0].parent()
        assert supervisor is not None
        owner.send_signal(signal.SIGKILL)
        assert all_end([*servers, supervisor], 8)
    assert "shutting down" in (tmp_path / "logs" / "kafka.log").read_text()
    assert not (tmp_path / "servers.json").exists()


def test_kill_9_of_the_supervisor_takes_the_servers_with_it(tmp_path: Path) -> None:
    with owned(tmp_path) as (_, servers, _):
        supervisor = servers[0].parent()
        assert supervisor is not None
        supervisor.kill()
        assert all_end(servers, 5)


def test_ctrl_c_reaches_the_owner_and_not_the_servers_which_then_end_with_it(tmp_path: Path) -> None:
    with owned(tmp_path) as (owner, servers, _):
        assert all(os.getsid(server.pid) != os.getsid(owner.pid) for server in servers)
        owner.send_signal(signal.SIGINT)
        assert owner.wait(20) != 0
        assert all_end(servers, 0)  # the owner waited for them


def leaseline(*words: str, data: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "operations", "servers", *words, "--data", str(data)],
        capture_output=True,
        text=True,
        cwd=places.PROJECT,
        timeout=90,
        check=False,
    )


def test_started_from_the_command_line_they_run_until_they_are_stopped_there(tmp_path: Path) -> None:
    try:
        started = leaseline("start", data=tmp_path)
        assert started.returncode == 0, started.stderr
        state = json.loads((tmp_path / "servers.json").read_text())
        servers = [psutil.Process(state["kafka_pid"]), psutil.Process(state["mongod_pid"])]
        status = leaseline("status", data=tmp_path)
        assert status.returncode == 0
        for printed in (started.stdout, status.stdout):
            assert state["kafka"] in printed
            assert state["mongo"] in printed
        again = leaseline("start", data=tmp_path)
        assert "run already" in again.stdout
        assert all(server.is_running() for server in servers)
    finally:
        stopped = leaseline("stop", data=tmp_path)
    assert stopped.returncode == 0, stopped.stderr
    assert all_end(servers, 0)
    assert leaseline("status", data=tmp_path).returncode == 3
    assert leaseline("stop", data=tmp_path).stdout.startswith("No servers run here")


def test_trouble_is_told_in_a_sentence_and_not_by_a_traceback(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = str(somebody.getsockname()[1])
        told = leaseline("start", "--kafka-port", port, data=tmp_path)
    assert told.returncode == 1
    assert told.stderr.startswith(f"Port {port}")
    assert "Traceback" not in told.stderr
