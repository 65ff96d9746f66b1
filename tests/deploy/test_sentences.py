"""What ends before anything runs, or beside it, is told in a sentence: set-up, the servers' folder, a server's log."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from deploy.local.errors import last_lines
from deploy.local.places import PROJECT
from deploy.local.supervisor import Wanted


def test_a_servers_last_lines_have_no_frames_of_a_trace(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "java.io.IOException: No space left on device\n"
        "\tat kafka.log.Log.append(Log.scala:1)\n"
        '{"s":"F","c":"-","msg":"Fatal assertion","attr":{"error":"No space left on device"}}\n'
        '{"s":"I","msg":"BACKTRACE","attr":{"bt":{"backtrace":[{"a":"55D8","o":"2F0"}]}}}\n'
        '{"s":"I","c":"CONTROL","msg":"  Frame: {frame}","attr":{"frame":{"a":"55D8"}}}\n'
        '{"s":"I","c":"CONTROL","msg":"Frame: {frame}","attr":{"frame":{"a":"55D8"}}}\n',
        encoding="utf-8",
    )
    told = last_lines(log)

    assert "No space left on device" in told
    assert "Fatal assertion" in told
    assert not any(frame in told for frame in ("\tat ", "BACKTRACE", "backtrace", "Frame:"))


def test_a_supervisor_whose_folder_is_full_says_so(tmp_path: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    wanted = Wanted(data=str(tmp_path / "data"), kafka=False, mongo=False, pipe=True)
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local.supervisor", json.dumps(asdict(wanted))],
        input="",
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=30,
        check=False,
        preexec_fn=full,
    )
    said = json.loads(done.stdout.splitlines()[-1])

    assert done.returncode == 1
    assert said["trouble"] == "ServerFailed"
    assert "cannot be used: File too large" in said["message"]
    assert "Traceback" not in done.stderr


def test_ctrl_c_while_the_environment_is_made_is_a_sentence(tmp_path: Path) -> None:
    """With a Python that takes its time."""
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nsleep 20\n", encoding="utf-8")
    slow.chmod(0o755)
    (tmp_path / "deploy/requirements").mkdir(parents=True)
    for name in ("setup.sh", "requirements/dev.txt"):
        (tmp_path / "deploy" / name).write_bytes((PROJECT / "deploy" / name).read_bytes())
    (tmp_path / "deploy/local").mkdir()
    (tmp_path / "deploy/local/kafka-jars.txt").touch()
    (tmp_path / "deploy/requirements/assets.txt").touch()
    (tmp_path / "pyproject.toml").touch()
    with subprocess.Popen(
        ["sh", str(tmp_path / "deploy/setup.sh")],
        env={**os.environ, "PYTHON": str(slow)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        time.sleep(1.0)
        os.killpg(running.pid, signal.SIGINT)
        _, told = running.communicate(timeout=30)

    assert running.returncode == 130
    assert told.strip() == "Set-up interrupted: nothing is broken, run make setup again."
