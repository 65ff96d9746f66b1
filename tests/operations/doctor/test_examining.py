"""A check that fails is a finding and hides no other one; servers that are away; the clocks; how it is told."""

import asyncio
import json
import socket
import time
from collections.abc import Sequence
from io import StringIO

import pytest
from aiokafka.errors import KafkaTimeoutError
from pymongo.errors import OperationFailure

from installation.errors import InstallationError
from operations.doctor.check import Check
from operations.doctor.checks import CHECKS
from operations.doctor.examining import because, examined
from operations.doctor.finding import Finding, Level, Room, Symptom, Unexaminable, named
from operations.doctor.ground import Ground
from operations.doctor.limits import Limits
from operations.doctor.report import Examined, Report, data, show
from operations.terminal.screen import Screen
from tests.operations.doctor.ward import QUICK, Ward

SORE = Symptom("sore", Level.WARNING, "it is sore", "it hurts", "rest")
NOWHERE = Ground("127.0.0.1:9", "mongodb://127.0.0.1:9", "nowhere", QUICK, environment={})


def _check(name: str, *found: Finding, raising: Exception | None = None, takes: float = 0.0) -> Check:
    async def examine(_: Ground) -> Sequence[Finding]:
        await asyncio.sleep(takes)
        if raising is not None:
            raise raising
        return found

    return Check(Room.KAFKA, name, f"{name} holds", (SORE,), examine)


async def test_a_check_that_raises_is_a_finding_without_the_words_of_the_error() -> None:
    checks = [_check("one", raising=ValueError("Ada King, London")), _check("two", SORE.found("the throat"))]
    report = await examined(NOWHERE, checks=checks)
    one, two = report.findings
    assert one.name == "one.unexamined"
    assert not one.examined
    assert one.what.startswith("could not be examined: whether one holds, because of ValueError at test_examining.py:")
    assert "Ada" not in str(one)
    assert two == Finding("sore", Level.WARNING, "the throat", "it hurts", "rest")
    assert report.status() == 2


async def test_what_is_left_when_the_time_is_over_is_told() -> None:
    on = Ground("127.0.0.1:9", "mongodb://127.0.0.1:9", "nowhere", Limits(within=0.05), environment={})
    report = await examined(on, checks=[_check("slow", takes=9.0), _check("late")])
    assert [each.name for each in report.findings] == ["slow.unexamined", "late.unexamined"]
    assert [each.what.rpartition("because ")[2] for each in report.findings] == [
        "no answer came in time",
        "0.05 s were over",
    ]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InstallationError("Kafka is away."), "Kafka is away"),
        (Unexaminable("it may not be seen", "ask"), "it may not be seen"),
        (OperationFailure("Ada may not", 13, {"codeName": "Unauthorized"}), "MongoDB says: Unauthorized, code 13"),
        (KafkaTimeoutError("Ada"), "Kafka says: KafkaTimeoutError"),
        (TimeoutError(), "no answer came in time"),
    ],
)
def test_why_something_could_not_be_examined(error: Exception, told: str) -> None:
    assert because(error) == told


def _nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


async def test_without_kafka_all_that_mongodb_tells_is_still_examined(ward: Ward) -> None:
    report = await examined(ward.ground(kafka=_nobody()))
    unknown = {each.name.partition(".")[0] for each in report.findings if not each.examined}
    assert {"topics", "probe", "clocks", "owners", "unread"} <= unknown
    assert unknown.isdisjoint(
        {"address", "members", "transactions", "sessions", "lanes", "waiting", "indexes", "types"}
    )
    assert report.status() == 2
    assert all("does not answer (KafkaConnectionError)" in each.what for each in report.findings if not each.examined)


async def test_without_mongodb_all_that_kafka_tells_is_still_examined(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.doctor.ground.ANSWER", 3.0)
    report = await examined(ward.ground(mongo=f"mongodb://ada:s3cret@{_nobody()}"))
    unknown = {each.name.partition(".")[0] for each in report.findings if not each.examined}
    assert unknown.isdisjoint({"probe", "address", "records", "types"})
    assert {"members", "transactions", "sessions", "lanes", "indexes"} <= unknown
    assert "s3cret" not in str(list(report.findings))


@pytest.mark.parametrize(("ahead", "way"), [(90.0, "behind"), (-90.0, "before")])
async def test_a_clock_of_this_machine_that_is_wrong(ward: Ward, ahead: float, way: str) -> None:
    clocks = [each for each in CHECKS if each.name == "clocks"]
    report = await examined(ward.ground(now=lambda: time.time() + ahead), checks=clocks)
    assert [each.name for each in report.findings] == ["clocks.skew", "clocks.skew"]
    assert [each.what for each in report.findings] == [
        f"the clock of {server} is 90 s {way} this machine's" for server in ("MongoDB", "Kafka")
    ]


async def test_clocks_that_agree_have_no_finding(ward: Ward) -> None:
    assert await ward.findings("clocks") == {}


async def test_without_the_brokers_time_its_clock_is_not_known(ward: Ward) -> None:
    with ward.setting("orders.events", message_timestamp_type="CreateTime"):
        assert await ward.findings("clocks") == {}  # other topics have it


def _report(*findings: Finding) -> Report:
    return Report(tuple(Examined(Room.KAFKA, each.name, "all holds", (each,)) for each in findings))


OK = Finding("ok", Level.OK, "what")
NOTE, WARNING, WRONG = (Finding(each.value, each, "what", "why", "do") for each in list(Level)[1:])
UNKNOWN = Finding("x.unexamined", Level.WARNING, "could not be examined", examined=False)


@pytest.mark.parametrize(
    ("findings", "status", "strict", "summary"),
    [
        ((OK, OK), 0, 0, "All right: 2 checks"),
        ((OK, NOTE), 0, 0, "All right: 2 checks, 1 note"),
        ((OK, WARNING), 0, 1, "1 warning"),
        ((WRONG, WARNING, WARNING, NOTE), 1, 1, "1 wrong, 2 warnings, 1 note"),
        ((OK, UNKNOWN), 2, 2, "Nothing found; 1 of 2 could not be examined"),
        ((WARNING, UNKNOWN), 2, 1, "1 warning; 1 of 2 could not be examined"),
        ((WRONG, UNKNOWN), 1, 1, "1 wrong; 1 of 2 could not be examined"),
    ],
)
def test_the_exit_status_says_the_worst(findings: tuple[Finding, ...], status: int, strict: int, summary: str) -> None:
    report = _report(*findings)
    assert (report.status(), report.status(strict=True), report.summary) == (status, strict, summary)


def test_people_read_what_why_and_what_to_do() -> None:
    told = StringIO()
    show(_report(OK, WRONG, UNKNOWN), Screen(file=told, width=80))
    assert told.getvalue().splitlines() == [
        "Kafka",
        "  ok      what",
        "  wrong   wrong: what",
        "          why  why",
        "          do   do",
        "  unknown x.unexamined: could not be examined",
        "1 wrong; 1 of 3 could not be examined",
    ]


def test_programs_read_every_field_of_every_finding() -> None:
    told = StringIO()
    show(_report(OK, UNKNOWN), Screen(file=told, json=True))
    found = json.loads(told.getvalue())
    assert found == data(_report(OK, UNKNOWN))
    assert (found["status"], found["summary"]) == (2, "Nothing found; 1 of 2 could not be examined")
    assert found["findings"][1] == {
        "room": "kafka",
        "check": "x.unexamined",
        "finding": "x.unexamined",
        "level": "warning",
        "examined": False,
        "what": "could not be examined",
        "why": "",
        "do": "",
    }


def test_many_names_are_counted() -> None:
    assert named(["a", "b"]) == "a, b"
    assert named([str(n) for n in range(9)]) == "0, 1, 2, 3, 4 and 4 more"
