"""The README's lines are run as they stand there."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from deploy.local.places import PROJECT
from tests.system.http_doors import Doors
from tests.system.installation import Installation
from tests.system.read_back import said

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The README's one block of this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return str(found)


def test_the_python_lines_are_those_of_the_file() -> None:
    """Whoever copies the file gets what the README shows."""
    assert block("python") == (PROJECT / "docs/hello/order.py").read_text(encoding="utf-8")


def test_the_curl_lines_are_those_of_the_file() -> None:
    assert block("sh") == (PROJECT / "docs/hello/http.sh").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["docs/hello/variant.json", "docs/hello/order.json", "docs/hello/scan.json"])
def test_every_message_that_the_readme_publishes_is_there(name: str) -> None:
    """The lines name files of the project."""
    assert name in block("bash")
    assert json.loads((PROJECT / name).read_text(encoding="utf-8"))["specversion"] == "1.0"


def run(command: list[str], kafka: str) -> None:
    """Runs a command in the project's folder; fails with what it printed."""
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, "LEASELINE_KAFKA": kafka},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def python_lines(kafka: str, folder: Path) -> None:
    """Runs the README's Python lines."""
    script = folder / "order.py"
    script.write_text(block("python"), encoding="utf-8")
    run([sys.executable, str(script)], kafka)


async def test_the_kcat_lines_make_two_subscriptions_and_the_python_lines_are_answered_as_a_repeat(
    installation: Installation, tmp_path: Path
) -> None:
    """What the README promises happens."""
    if shutil.which("kcat") is None:
        pytest.skip("kcat is not installed (apt-get install kcat)")
    kafka = installation.addresses.kafka
    services = installation.start()
    services.until_ready()
    run(["bash", "-ec", block("bash")], kafka)
    await installation.until_quiet(services.processes)
    python_lines(kafka, tmp_path)
    await installation.until_quiet(services.processes)
    events = [event for event in await said(kafka) if event.cause[0] == "hello"]
    caused = Counter((event.cause, event.type) for event in events)
    assert caused[("hello", "scan-1"), "SubscriptionCreated"] == 2
    assert caused[("hello", "order-1"), "OrderPlaced"] == 1
    assert caused[("hello", "order-1-again"), "RequestRepeated"] == 1
    await installation.assert_whole()


async def test_the_curl_lines_lead_from_the_catalog_to_an_invoice(installation: Installation, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed (apt-get install curl)")
    doors = Doors(installation, tmp_path)
    installation.start().until_ready()
    try:
        client = await doors.open("operations.serving")
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-ec", block("sh")],
            cwd=PROJECT,
            env={**os.environ, "API": str(client.base_url).rstrip("/"), "KEY": "none"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        variant, order, found, scanned, subscriptions, run, invoices = map(json.loads, done.stdout.splitlines())
        assert variant["variant"]["sku"] == "CHAIR"
        assert order["order"]["order_id"] == "HTTP-1"
        assert [each["order_id"] for each in found["items"]] == ["HTTP-1"]
        assert len(scanned["scanned"]["subscriptions"]) == len(subscriptions["items"]) == 2
        assert run["outcome"]["state"] == "done"
        (invoice,) = invoices["items"]
        assert invoice["total"] > 0
    finally:
        doors.stop()
