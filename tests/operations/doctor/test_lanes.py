"""Lanes: their number in databases and settings, growth that was broken off, groups whose lanes nobody has."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from installation import SERVICES
from installation.lag import read_by
from operations.doctor import lanes
from operations.doctor.lanes import unowned
from operations.doctor.looking import Group, Look
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import replace
from tests.operations.doctor.ward import LANES, Ward

ALL = frozenset(range(LANES))


async def test_an_installation_that_was_just_made_has_one_number(ward: Ward) -> None:
    assert await ward.findings("lanes") == {}


async def test_databases_of_which_nobody_ever_started_a_service(ward: Ward) -> None:
    every = ("lanes", "owners", "unread", "checkpoints", "unsaid", "waiting", "clock", "requests", "indexes")
    assert list(await ward.findings(*every, on=ward.ground(databases="elsewhere"))) == ["lanes.never_started"]


async def test_services_with_different_numbers(ward: Ward) -> None:
    ward.of("billing")["installation"].update_one({"_id": "lanes"}, {"$set": {"lanes": 8}})
    found = await ward.findings("lanes")
    assert {each.name: each.what for each in found.values()} == {
        "lanes.different": "orders has 4, fulfillment has 4, billing has 8"
    }


@pytest.mark.parametrize(("setting", "found"), [("8", ["lanes.setting"]), ("4", []), ("", [])])
async def test_a_setting_that_is_another_number(ward: Ward, setting: str, found: list[str]) -> None:
    assert list(await ward.findings("lanes", on=ward.ground(environment={"LEASELINE_LANES": setting}))) == found


@pytest.mark.parametrize(
    ("checkpoint", "shown"),
    [(Checkpoint(7, epoch=1), "7 (of 4)"), (Checkpoint(1, epoch=1, lanes=8), "1 (of 8)")],
    ids=["of no lane", "of another number"],
)
async def test_a_checkpoint_that_is_none_of_these_lanes(ward: Ward, checkpoint: Checkpoint, shown: str) -> None:
    ward.checkpoint("orders", Checkpoint(0, epoch=1, lanes=LANES))
    ward.checkpoint("orders", checkpoint)
    found = await ward.findings("lanes")
    assert {each.name: each.what for each in found.values()} == {
        "lanes.checkpoint": f"orders has 4 lanes, and checkpoints of lane {shown}"
    }


@pytest.mark.parametrize(
    ("step", "name", "do"),
    [
        ("held", "lanes.held", "run it again: leaseline lanes grow --to 8, or with --give-up"),
        ("moving", "lanes.moving", "run it again: leaseline lanes grow --to 8"),
    ],
)
async def test_a_growth_that_was_broken_off(ward: Ward, step: str, name: str, do: str) -> None:
    ward.of("orders")["installation"].insert_one({"_id": "growing", "before": 4, "after": 8, "step": step})
    found = await ward.findings("lanes")
    assert list(found) == [name]
    assert found[name].do.endswith(do)


async def test_services_that_do_not_run(ward: Ward) -> None:
    found = await ward.findings("owners")
    assert list(found) == ["owners.nobody"]
    report = [each.what for each in found.values()]
    assert report == ["billing does not run: its group ward.billing has no member"]  # one of three, by name


class _LeavesOut(RangePartitionAssignor):  # type: ignore[misc]  # aiokafka has no types
    """Gives nobody the last lane."""

    @classmethod
    def assign(cls, cluster: Any, members: Any) -> Any:
        given = super().assign(cluster, members)
        return {
            member: ConsumerProtocolMemberAssignment(
                cls.version,
                [(topic, [lane for lane in parts if lane != LANES - 1]) for topic, parts in each.assignment],
                b"",
            )
            for member, each in given.items()
        }


@asynccontextmanager
async def members(ward: Ward, *topics: Sequence[str], assignor: Any = RangePartitionAssignor) -> AsyncIterator[None]:
    """Members of the group of orders, each with its topics; and one each in the other groups."""
    each = [("orders", mine, assignor) for mine in topics]
    each += [(name, read_by(name), RangePartitionAssignor) for name in SERVICES[1:]]
    async with AsyncExitStack() as stack:
        started = []
        for service, mine, how in each:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=ward.kafka,
                group_id=f"{ward.databases}.{service}",
                enable_auto_commit=False,
                partition_assignment_strategy=(how,),
            )
            consumer.subscribe(list(mine))
            started.append(consumer)
            await stack.enter_async_context(consumer)
        async with asyncio.timeout(30):
            while not all(consumer.assignment() for consumer in started):
                await asyncio.sleep(0.05)
        yield


async def test_a_group_that_has_all_lanes_has_no_finding(ward: Ward) -> None:
    async with members(ward, read_by("orders")):
        assert await ward.findings("owners") == {}


async def test_a_lane_that_nobody_has(ward: Ward) -> None:
    async with members(ward, read_by("orders"), assignor=_LeavesOut):
        found = await ward.findings("owners")
    assert {each.name: each.what for each in found.values()} == {"owners.lanes": "1 lane of orders without an owner: 3"}


async def test_lanes_that_are_split_between_members(ward: Ward) -> None:
    topics = read_by("orders")
    async with members(ward, topics[:1], topics[1:]):
        found = await ward.findings("owners")
    assert {each.name: each.what for each in found.values()} == {"owners.split": "split lanes of orders: 0, 1, 2, 3"}


def _look(**of_orders: Any) -> Look:
    groups = {name: Group(name, "Stable", 1, ALL, frozenset()) for name in SERVICES}
    groups["orders"] = replace(groups["orders"], **of_orders)
    return Look(0.0, groups, {}, {}, {})


def test_only_what_is_so_at_both_looks_is_told() -> None:
    restless = _look(state="PreparingRebalance", whole=frozenset())
    lacking = _look(whole=ALL - {2})
    assert unowned(restless, _look(), LANES) == []
    assert unowned(_look(), restless, LANES) == []
    assert unowned(_look(), lacking, LANES) == []
    assert unowned(lacking, _look(), LANES) == []
    assert [each.name for each in unowned(lacking, lacking, LANES)] == ["owners.lanes"]
    assert [each.name for each in unowned(restless, restless, LANES)] == ["owners.restless"]


def test_every_finding_about_lanes_is_tried() -> None:
    assert {symptom.name for symptom in (*lanes.OF_NUMBER, *lanes.OF_OWNERS)} == {
        "lanes.never_started", "lanes.different", "lanes.setting", "lanes.checkpoint", "lanes.held", "lanes.moving",
        "owners.nobody", "owners.lanes", "owners.split", "owners.restless",
    }  # fmt: skip
