"""A setting that is wrong is told, and never taken for its default."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from services.engine.runtime.settings import Settings, yes_or_no

SERVERS = {
    "LEASELINE_KAFKA": "kafka.example:9092",
    "LEASELINE_MONGO": "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100",
}


def test_without_settings_the_defaults_count() -> None:
    found = Settings.read(SERVERS)

    assert (found.lanes, found.databases, found.logs, found.log_level) == (16, "leaseline", "json", "info")
    assert (found.tick_seconds, found.session_seconds) == (60.0, 10.0)


def test_a_blank_setting_is_none() -> None:
    assert Settings.read(SERVERS | {"LEASELINE_LANES": " "}).lanes == 16
    assert not yes_or_no("LEASELINE_ANNOUNCED_ONLY", {"LEASELINE_ANNOUNCED_ONLY": ""})


def test_every_incident_is_told_unless_a_number_is_given() -> None:
    told = [Settings.read(SERVERS | {"LEASELINE_LOGGED_A_MINUTE": text}).logged_a_minute for text in ("", "All", "0")]
    assert told == [None, None, 0]


def test_settings_are_taken_from_the_environment() -> None:
    found = Settings.read(
        SERVERS | {"LEASELINE_LANES": "64", "LEASELINE_TICK_SECONDS": "0", "LEASELINE_LOG_LEVEL": "DEBUG"}
    )

    assert (found.lanes, found.tick_seconds, found.log_level) == (64, 0.0, "debug")


@pytest.mark.parametrize(
    ("name", "wrong", "meant"),
    [
        ("LEASELINE_LANES", "many", "from 1 to 1024"),
        ("LEASELINE_LANES", "0", "from 1 to 1024"),
        ("LEASELINE_LANES", "16.5", "from 1 to 1024"),
        ("LEASELINE_TICK_SECONDS", "-1", "from 0"),
        ("LEASELINE_SESSION_SECONDS", "nan", "from 1 to 300"),
        ("LEASELINE_LOGS", "xml", "json or console"),
        ("LEASELINE_LOG_LEVEL", "loud", "debug or info"),
        ("LEASELINE_LOGGED_A_MINUTE", "some", "say all or give 0 to 1000000"),
        ("LEASELINE_LOGGED_A_MINUTE", "-1", "say all or give 0 to 1000000"),
    ],
)
def test_a_wrong_setting_is_told_with_what_may_stand_there(name: str, wrong: str, meant: str) -> None:
    with pytest.raises(SystemExit, match=f"{name} is '{wrong}': .*{meant}"):
        Settings.read(SERVERS | {name: wrong})


@pytest.mark.parametrize("name", SERVERS)
def test_a_missing_address_is_told_with_what_to_do(name: str) -> None:
    with pytest.raises(SystemExit, match=f"{name} is not set.*leaseline up"):
        Settings.read({other: address for other, address in SERVERS.items() if other != name})


@pytest.mark.parametrize("said", ["true", "1", "YES!"])
def test_a_switch_that_says_neither_yes_nor_no_is_not_taken_for_no(said: str) -> None:
    with pytest.raises(SystemExit, match=r"LEASELINE_ANNOUNCED_ONLY is .*: say yes or no"):
        yes_or_no("LEASELINE_ANNOUNCED_ONLY", {"LEASELINE_ANNOUNCED_ONLY": said})


@pytest.mark.parametrize(
    ("service", "wrong", "told"),
    [
        (
            "orders",
            {"LEASELINE_CONFIRMATION_REQUIRED": "true"},
            "LEASELINE_CONFIRMATION_REQUIRED is 'true': say yes or no",
        ),
        (
            "fulfillment",
            {"LEASELINE_PARKED_HOURS": "a day"},
            "LEASELINE_PARKED_HOURS is 'a day': give a whole number from 1 to 8760",
        ),
        ("fulfillment", {"LEASELINE_ZONE": "Mars/Tharsis"}, "LEASELINE_ZONE is 'Mars/Tharsis': name a zone"),
        ("billing", {"LEASELINE_DEFAULT_TERM": "net_45"}, "LEASELINE_DEFAULT_TERM is 'net_45': use net_7"),
        (
            "billing",
            {"LEASELINE_BILLING_DAY": "31"},
            "LEASELINE_BILLING_DAY is '31': give a day of the month from 1 to 28",
        ),
        (
            "orders",
            {},
            (
                "orders stopped: the database cannot be prepared "
                "(ServerSelectionTimeoutError: MongoDB does not answer): check LEASELINE_MONGO"
            ),
        ),
    ],
    ids=["switch", "number", "zone", "term", "day", "no database"],
)
def test_a_service_that_cannot_start_says_why_in_one_line(service: str, wrong: Mapping[str, str], told: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", f"services.{service}.app"],
        env={**os.environ, **SERVERS, "LEASELINE_START_SECONDS": "0", **wrong},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.strip().startswith(told), ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
