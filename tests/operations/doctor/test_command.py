"""`leaseline doctor` as cron and people run it: on an installation that is all right, and on others."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.local import processes
from deploy.local.places import PROJECT
from installation.addresses import Addresses
from installation.kept import KNOWN
from installation.lag import read_by
from operations.cli import app
from operations.doctor.checks import CHECKS
from tests.operations.doctor.own_servers import PASSWORD
from tests.operations.doctor.test_mongodb import failing
from tests.operations.doctor.ward import LANES, NOTED, Ward

PATIENCE = 60.0


def _environment(ward: Ward, **more: str) -> dict[str, str]:
    return {"LEASELINE_KAFKA": ward.kafka, "LEASELINE_MONGO": ward.mongo, "LEASELINE_DATABASES": ward.databases, **more}


def _run(ward: Ward, *words: str, **more: str) -> tuple[int, Any]:
    told = CliRunner().invoke(app, ["doctor", "--json", *words], env=_environment(ward, **more))
    assert PASSWORD not in told.output
    return told.exit_code, json.loads(told.stdout)


def _told(report: Any) -> dict[str, str]:
    return {each["finding"]: each["what"] for each in report["findings"] if each["level"] != "ok"}


def _stands(ward: Ward) -> tuple[set[str], list[str], dict[str, Any]]:
    """What there is: topics, databases, and everything that is kept."""
    kept = {
        f"{service}.{name}": list(ward.of(service)[name].find().sort("_id", 1))
        for service in KNOWN
        for name in ward.of(service).list_collection_names()
    }
    return ward.topics(), ward.databases_there(), kept


def test_a_healthy_installation_has_no_finding_and_nothing_of_it_is_written(ward: Ward, tmp_path: Path) -> None:
    at = Addresses(ward.kafka, ward.mongo)
    settings = {
        "LEASELINE_LANES": str(LANES),
        "LEASELINE_DATABASES": ward.databases,
        "LEASELINE_TICK_SECONDS": "0",
        "LEASELINE_HEALTH_PORT": "none",
    }
    with processes.running(at, tmp_path, environment=settings):
        end = time.monotonic() + PATIENCE
        while any(ward.acquired(service) < LANES for service in KNOWN):
            assert time.monotonic() < end, "the lanes are not acquired"
            time.sleep(0.1)
        before = _stands(ward)
        status, report = _run(ward, "--strict")
        assert _stands(ward) == before
    assert set(_told(report)) == NOTED
    assert [each["check"] for each in report["findings"] if not each["examined"]] == []
    assert {each["check"] for each in report["findings"]} == {check.name for check in CHECKS}
    assert (status, report["status"], report["summary"]) == (0, 0, f"All right: {len(CHECKS)} checks, 2 notes")


def test_what_is_wrong_ends_with_1_and_only_what_is_asked_is_examined(ward: Ward) -> None:
    status, report = _run(ward, "--only", "installation")
    assert {each["room"] for each in report["findings"]} == {"installation"}
    assert status == 1
    assert set(_told(report)) == {"owners.nobody"}
    assert all(f"leaseline worker {service}" in str(report) for service in KNOWN if read_by(service))


def test_a_warning_ends_with_1_if_it_is_asked_for(ward: Ward) -> None:
    with ward.setting("billing.requests", retention_ms="86400000"):
        assert _run(ward, "--only", "kafka")[0] == 0
        status, report = _run(ward, "--only", "kafka", "--strict")
        assert (status, set(_told(report)) - NOTED) == (1, {"topics.forgets"})
        assert _run(ward, "--only", "kafka", "--strict", "--retention-days", "1")[0] == 0


def test_what_cannot_be_examined_ends_with_2(ward: Ward) -> None:
    status, report = _run(ward, "--only", "kafka", LEASELINE_KAFKA="127.0.0.1:9")
    assert (status, report["status"]) == (2, 2)
    assert set(_told(report)) == {"topics.unexamined", "probe.unexamined"}


def test_without_any_server_that_is_said_and_ends_with_2(tmp_path: Path) -> None:
    none = {"LEASELINE_KAFKA": "", "LEASELINE_MONGO": ""}
    told = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path)], env=none)
    assert told.exit_code == 2
    assert told.stderr.startswith("No servers: name them")


def test_an_address_that_every_other_command_refuses_is_examined(ward: Ward) -> None:
    weak = f"{ward.mongo}&readPreference=secondaryPreferred&w=1"
    status, report = _run(ward, "--only", "mongodb", LEASELINE_MONGO=weak)
    assert status == 1
    told = [each["what"] for each in report["findings"] if each["finding"] == "mongodb.address"]
    assert told == ["the address has readPreference=secondaryPreferred", "the address has w=1"]
    assert set(_told(report)) - NOTED == {"mongodb.address"}  # all else is examined without these options


@pytest.mark.parametrize("interruption", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_whatever_ends_it_what_was_made_is_removed(ward: Ward, interruption: signal.Signals) -> None:
    with failing(ward, "update", blockConnection=True, blockTimeMS=2_000) as slow:
        command = [sys.executable, "-m", "operations", "doctor", "--only", "mongodb"]
        environment = {**os.environ, **_environment(ward, LEASELINE_MONGO=slow)}
        running = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        end = time.monotonic() + PATIENCE
        while not ward.leftovers():
            assert time.monotonic() < end, "nothing was made"
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(interruption)
        _, complaint = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert b"Traceback" not in complaint
    assert ward.leftovers() == []
