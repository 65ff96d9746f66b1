"""The demonstration cleans up after itself, however it ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.local.places import PROJECT
from tests.deploy.interrupting import listening_to_ctrl_c

PATIENCE = 120.0


def _until_fed(demo: "subprocess.Popen[str]", folder: Path) -> list[psutil.Process]:
    """Everything that the demonstration has started, once its services are at work."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert demo.poll() is None, demo.communicate()[0]
        logs = [folder / "logs" / f"{name}.log" for name in ("orders", "fulfillment", "billing")]
        if all(log.exists() and "batch.done" in log.read_text(encoding="utf-8") for log in logs[:1]):
            return list(psutil.Process(demo.pid).children(recursive=True))
        time.sleep(0.1)
    pytest.fail("the demonstration did not begin")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demonstration_says_so_and_leaves_nothing_running(
    number: signal.Signals, tmp_path: Path
) -> None:
    """Ctrl-C, or an end from outside: the data stay, the processes do not."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "operations", "demo", "--data", str(tmp_path)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=listening_to_ctrl_c,  # noqa: PLW1509 - sets one signal, takes no lock
    )
    try:
        started = _until_fed(demo, tmp_path)
        demo.send_signal(number)
        said, _ = demo.communicate(timeout=PATIENCE)
    finally:
        demo.kill()
    assert demo.returncode == 130, said
    assert "everything that was started is gone" in said
    _, alive = psutil.wait_procs(started, timeout=10)
    assert not alive
    assert (tmp_path / "servers").exists()


def test_feeding_again_before_there_was_a_first_time_says_what_to_do(tmp_path: Path) -> None:
    """No stack trace, a sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "operations", "demo", "--again", "--data", str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 1
    assert "run the demo once without --again" in done.stderr
