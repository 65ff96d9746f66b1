"""`leaseline up` keeps an installation running until somebody ends it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.local.places import PROJECT
from tests.deploy.interrupting import listening_to_ctrl_c

PATIENCE = 90.0


def test_up_prints_how_to_begin_and_ends_cleanly_with_the_data_kept(tmp_path: Path) -> None:
    """Addresses, one curl line each to write and to read over HTTP, one kcat line each to publish and to watch; Ctrl-C
    is exit status 0.
    """
    printed = tmp_path / "printed"
    with printed.open("w") as output:
        up = subprocess.Popen(
            [sys.executable, "-m", "operations", "up", "--data", str(tmp_path / "servers")],
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=listening_to_ctrl_c,  # noqa: PLW1509 - sets one signal, takes no lock
        )
    try:
        end = time.monotonic() + PATIENCE
        while "-G watcher" not in printed.read_text(encoding="utf-8"):
            assert up.poll() is None, printed.read_text(encoding="utf-8")
            if time.monotonic() > end:
                pytest.fail(printed.read_text(encoding="utf-8"))
            time.sleep(0.1)
        curls = [line for line in printed.read_text(encoding="utf-8").splitlines() if line.startswith("curl ")]
        answers = [subprocess.check_output(f"{line} -sS", shell=True, text=True) for line in curls]
        started = psutil.Process(up.pid).children(recursive=True)
        up.send_signal(signal.SIGINT)
        assert up.wait(PATIENCE) == 0, printed.read_text(encoding="utf-8")
    finally:
        up.kill()
    said = printed.read_text(encoding="utf-8")
    variant, placed, order = map(json.loads, answers)
    assert variant["variant"]["sku"] == "CHAIR"
    assert placed["order"] == order, "an order is read as it was placed"
    for path in ("docs/hello/variant.json", "docs/hello/order.json", "docs/hello/scan.json"):
        assert path in said
    _, alive = psutil.wait_procs(started, timeout=10)
    assert not alive
    assert (tmp_path / "servers").exists()
