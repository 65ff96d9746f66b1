"""What a Kafka makes of records that is set up wrongly in one point; and the topic of the doctor's own is gone."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from operations.doctor import probe
from operations.doctor.examining import examined
from operations.doctor.finding import Room
from operations.doctor.probe import told
from operations.doctor.probing import HEADERS, LARGE, NUMBERED, Probe, compared
from tests.operations.doctor.ward import Ward

TOPIC = "billing.requests"


async def test_records_come_back_as_they_were_said_and_nothing_is_left(ward: Ward) -> None:
    assert await ward.findings("probe") == {}
    assert ward.probes() == []


@pytest.mark.parametrize(
    ("settings", "name", "what"),
    [
        (
            {"message_timestamp_type": "CreateTime"},
            "probe.timestamps",
            f"a record stamped 1970 came back as one of 1970, with the settings of {TOPIC}",
        ),
        (
            {"max_message_bytes": "500000"},
            "probe.large",
            f"a record of 600 kB did not pass (MessageSizeTooLargeError), with the settings of {TOPIC}",
        ),
        (
            {"max_message_bytes": "60"},
            "probe.refused",
            f"a record was not acknowledged (MessageSizeTooLargeError), with the settings of {TOPIC}",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) and each.startswith("probe") else "",
)
async def test_what_comes_of_a_wrong_setting_is_seen(
    ward: Ward, settings: dict[str, str], name: str, what: str
) -> None:
    with ward.setting(TOPIC, **settings):
        found = await ward.findings("probe")
    assert {each.name: each.what for each in found.values()} == {name: what}
    assert ward.probes() == []


async def test_where_no_topic_may_be_made_that_is_a_finding(ward: Ward) -> None:
    with ward.forbidden("CREATE"):
        found = await ward.findings("probe")
    assert list(found) == ["probe.unexamined"]
    assert not found["probe.unexamined"].examined
    assert "Kafka would not make a topic to try it on (TopicAuthorizationFailedError)" in found["probe.unexamined"].what
    assert found["probe.unexamined"].do.startswith("give this user Create, Write, Read")


async def test_who_may_not_write_has_no_finding_about_records(ward: Ward) -> None:
    with ward.forbidden("WRITE"):
        found = await ward.findings("probe")
    assert list(found) == ["probe.unexamined"]
    assert "Kafka says: TopicAuthorizationFailedError" in found["probe.unexamined"].what
    assert ward.probes() == []


async def test_what_cannot_be_removed_is_told(ward: Ward) -> None:
    with ward.forbidden("DELETE"):
        found = await ward.findings("probe")
        (left,) = ward.probes()
    assert list(found) == ["probe.left"]
    assert found["probe.left"].what == f"still there: {left} (TopicAuthorizationFailedError)"
    assert ward.probes() == []


async def test_an_examination_that_is_cancelled_leaves_nothing(ward: Ward) -> None:
    there: list[str] = []

    def now() -> float:
        """Asked while the topic is there, just before the first record is sent."""
        there.extend(ward.probes())
        running.cancel()
        return 0.0

    running = asyncio.create_task(examined(ward.ground(now=now), (Room.KAFKA,)))
    await asyncio.wait([running])
    assert running.cancelled()
    assert len(there) == 1
    assert ward.probes() == []


@dataclass(frozen=True)
class Came:
    value: bytes
    timestamp: int = 1_700_000_000_000
    timestamp_type: int = 1
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Back:
    """What comes back: the old record, then those that are numbered, then the large one."""

    old: Came = Came(b"old", headers=HEADERS)
    numbered: list[Came] = field(default_factory=lambda: [Came(str(n).encode()) for n in range(NUMBERED)])
    large: list[Came] = field(default_factory=lambda: [Came(bytes(LARGE))])

    def found(self, large_refused: str = "") -> list[str]:
        came: Any = [self.old, *self.numbered, *self.large]
        return [each.name for each in told([compared(Probe((), {}, large_refused=large_refused), 1.0, 1.0, came)])]


def test_what_comes_back_otherwise_is_told() -> None:
    assert Back().found() == []
    assert Back(old=Came(b"old", 1_000, 0, HEADERS)).found() == ["probe.timestamps"]
    assert Back(old=Came(b"old", headers=HEADERS[:3])).found() == ["probe.headers"]
    assert Back(old=Came(b"old", headers=HEADERS[::-1])).found() == ["probe.headers"]
    assert Back(numbered=Back().numbered[::-1]).found() == ["probe.order"]
    assert Back(large=[Came(bytes(LARGE - 1))]).found() == ["probe.large"]
    assert Back(large=[]).found() == ["probe.large"]
    assert Back(large=[]).found("TooLarge") == ["probe.large"]


def test_every_finding_of_the_probe_is_tried() -> None:
    tried: set[Any] = {"probe.timestamps", "probe.large", "probe.refused", "probe.headers", "probe.order", "probe.left"}
    assert {symptom.name for symptom in probe.SYMPTOMS} == tried
