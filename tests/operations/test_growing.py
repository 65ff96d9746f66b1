"""`leaseline lanes grow` under a running `leaseline up`: the way of a person at a terminal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.places import PROJECT

PATIENCE = 180.0
pytestmark = pytest.mark.containers
HERE = {name: value for name, value in os.environ.items() if not name.startswith("LEASELINE_")}


def _leaseline(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "operations", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=HERE, timeout=PATIENCE, check=False)


def _until(true: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def test_up_goes_on_with_twice_as_many_lanes(tmp_path: Path) -> None:
    data, log = tmp_path / "servers", tmp_path / "up.log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "operations", "up", "--data", str(data), "--lanes", "2"]
        up = subprocess.Popen(command, stdout=output, stderr=output, cwd=PROJECT, env=HERE)
    try:
        _until(lambda: "Logs " in log.read_text(), log)
        service = data / "logs" / "orders.log"
        _until(lambda: service.read_text().count("lane.acquired") >= 2, service)

        refused = _leaseline("lanes", "grow", "--to", "3", "--data", str(data))
        assert refused.returncode == 1
        assert "to a multiple of what it has, up to 1024, for example 4, 6, 8" in refused.stderr

        grown = _leaseline("lanes", "grow", "--to", "4", "--data", str(data))
        assert grown.returncode == 0, grown.stderr
        assert "Grown from 2 to 4 lanes" in grown.stdout
        for name in ("orders", "fulfillment", "billing"):
            told = data / "logs" / f"{name}.log"
            _until(lambda told=told: '"lane": 3' in told.read_text(), told)  # type: ignore[misc]

        again = _leaseline("lanes", "grow", "--to", "4", "--data", str(data))
        assert (again.returncode, again.stdout.strip()) == (0, "This installation has 4 lanes already.")
        assert _leaseline("lanes", "grow", "--to", "8", "--give-up", "--data", str(data)).stdout.strip() == (
            "Nothing was begun."
        )
        assert up.poll() is None
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(60)
