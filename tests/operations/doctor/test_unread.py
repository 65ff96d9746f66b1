"""How far lanes have read and what they have said, written into real topics and databases."""

import re
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from operations.doctor import unread, unsaid
from operations.doctor.limits import Limits
from operations.doctor.looking import Group, Look
from operations.doctor.unread import judged
from services.engine.core.checkpoint import Bookmark, Checkpoint
from services.engine.core.record import Outgoing
from tests.operations.doctor.ward import Ward

TOPIC, LANE = "billing.requests", 2
PLACE = (TOPIC, LANE)


@pytest.fixture
async def end(ward: Ward) -> AsyncIterator[int]:
    """One record stands there; the offset behind it."""
    yield await ward.publish(TOPIC, LANE, b"{}")
    await ward.empty(TOPIC)


def _reads(ward: Ward, offset: int, **more: object) -> None:
    ward.checkpoint("billing", Checkpoint(LANE, epoch=1, batch=1, offsets={TOPIC: offset}, **more))  # type: ignore[arg-type]


async def test_what_is_read_to_its_end_has_no_finding(ward: Ward, end: int) -> None:
    _reads(ward, end)
    on = ward.ground(Limits(between=0.0, unread=0.0))
    assert await ward.findings("unread", "checkpoints", "unsaid", on=on) == {}


async def test_a_record_that_nobody_reads_is_told_when_it_is_old(ward: Ward, end: int) -> None:
    _reads(ward, end - 1)
    assert await ward.findings("unread") == {}  # it is young
    found = await ward.findings("unread", on=ward.ground(Limits(between=0.0, unread=0.0)))
    assert list(found) == ["unread.stands"]
    assert re.fullmatch(r"1 lane of billing \(2\): the oldest unread is \d+ s old", found["unread.stands"].what)


def _look(offset: int) -> Look:
    checkpoints = {name: {} for name in ("orders", "fulfillment")}  # type: ignore[var-annotated]
    there = {LANE: Checkpoint(LANE, offsets={TOPIC: offset})}
    return Look(
        0.0, {"orders": Group("g", "Stable", 1, frozenset(), frozenset())}, {}, {**checkpoints, "billing": there}, {}
    )


@pytest.mark.parametrize(
    ("age", "moved", "kept", "found"),
    [
        (59.0, False, -1.0, []),
        (61.0, False, -1.0, ["unread.stands"]),
        (61.0, True, -1.0, ["unread.behind"]),
        (61.0, True, 121.0, ["unread.behind", "unread.nearly_deleted"]),
        (61.0, True, 123.0, ["unread.behind"]),
    ],
)
def test_ages_are_judged_by_what_moves_and_what_is_kept(age: float, moved: bool, kept: float, found: list[str]) -> None:
    unread_now = {("billing", PLACE): age}
    told = judged(_look(1), _look(2 if moved else 1), unread_now, 60.0, {TOPIC: kept})
    assert [each.name for each in told] == found


async def test_a_checkpoint_before_the_beginning_of_its_log(ward: Ward, end: int) -> None:
    await ward.empty(TOPIC)
    _reads(ward, end - 1)
    found = await ward.findings("checkpoints")
    assert {each.name: each.what for each in found.values()} == {
        "checkpoint.deleted": f"billing stands in {TOPIC}/{LANE} at {end - 1}, the log begins at {end}"
    }


async def test_a_checkpoint_behind_the_end_of_its_log(ward: Ward, end: int) -> None:
    _reads(ward, end + 5)
    found = await ward.findings("checkpoints")
    assert {each.name: each.what for each in found.values()} == {
        "checkpoint.beyond": f"billing stands in {TOPIC}/{LANE} at {end + 5}, the log ends at {end}"
    }


@pytest.mark.parametrize(("more", "name"), [(1, "checkpoint.before_commit"), (0, ""), (-1, "checkpoint.commit_behind")])
async def test_a_checkpoint_beside_what_the_group_committed(ward: Ward, end: int, more: int, name: str) -> None:
    at = end - 1
    async with AIOKafkaConsumer(
        bootstrap_servers=ward.kafka, group_id=f"{ward.databases}.billing", enable_auto_commit=False
    ) as consumer:
        place = TopicPartition(TOPIC, LANE)
        consumer.assign([place])
        await consumer.commit({place: at + more})
    _reads(ward, at)
    found = await ward.findings("checkpoints")
    assert {each.name: each.what for each in found.values()} == (
        {name: f"billing stands in {TOPIC}/{LANE} at {at}, committed {at + more}"} if name else {}
    )


async def test_what_was_saved_and_never_said_is_told_until_it_is_said(ward: Ward, end: int) -> None:
    said = Outgoing("billing.events", 1, b"customer:c-1", b'{"who": "Ada"}', ())
    _reads(ward, end, outgoing=(said,), bookmarks={TOPIC: Bookmark(end - 1, 1_700_000_000_000, b"")})
    try:
        found = await ward.findings("unsaid")
        assert {each.name: each.what for each in found.values()} == {"unsaid": "billing has 1 record to say, of lane 2"}
        await ward.publish("billing.events", 1, b'{"who": "Ada"}', key=b"customer:c-1")
        assert await ward.findings("unsaid") == {}
    finally:
        await ward.empty("billing.events")


async def test_what_may_have_been_deleted_since_is_taken_for_said(ward: Ward, end: int) -> None:
    await ward.publish("billing.events", 1, b"{}")
    await ward.empty("billing.events")
    gone = Outgoing("billing.events", 1, b"customer:c-1", b"long ago", ())
    _reads(ward, end, outgoing=(gone,), bookmarks={TOPIC: Bookmark(end - 1, 1_700_000_000_000, b"")})
    assert await ward.findings("unsaid") == {}


def test_every_finding_about_reading_and_saying_is_tried() -> None:
    assert {symptom.name for symptom in (*unread.OF_AGE, *unread.OF_CHECKPOINTS, *unsaid.SYMPTOMS)} == {
        "unread.stands", "unread.behind", "unread.nearly_deleted", "checkpoint.deleted", "checkpoint.beyond",
        "checkpoint.before_commit", "checkpoint.commit_behind", "unsaid",
    }  # fmt: skip
