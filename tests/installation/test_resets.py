"""A topic that was made again is forgotten in every lane, or the command says that it was not."""

from collections.abc import Sequence
from typing import Any

import pytest
from pymongo import MongoClient

from installation import resets
from installation.errors import InstallationError
from installation.resets import reset_topic
from services.engine.adapters.mongo_checkpoint import from_document, to_document
from services.engine.adapters.mongo_lanes import CHECKPOINTS, Database
from services.engine.adapters.mongo_lanes import checkpoints as found
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import replace

TOPIC = "orders.requests"


@pytest.fixture
def checkpoints(mongo: str, database: str) -> Any:
    """Two lanes of orders that have read something."""
    collection = MongoClient[dict[str, Any]](mongo)[f"{database}_orders"][CHECKPOINTS]
    lanes = (Checkpoint(lane, epoch=3, batch=7, offsets={TOPIC: 41, "catalog.requests": 5}) for lane in (0, 1))
    collection.insert_many([to_document(each) for each in lanes])
    return collection


async def test_a_reset_forgets_the_position_and_raises_epoch_and_incarnation(
    checkpoints: Any, mongo: str, database: str
) -> None:
    assert await reset_topic(mongo, database, TOPIC) == {"orders": 2}

    for lane in map(from_document, checkpoints.find()):
        assert (lane.epoch, lane.offsets, lane.incarnations) == (4, {"catalog.requests": 5}, {TOPIC: 1})


async def test_a_service_that_still_saves_is_told_and_its_save_stands(
    checkpoints: Any, mongo: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the answer would be that all lanes begin anew, and a batch would be taken back."""

    async def read_a_moment_before_the_save(database: Database) -> Sequence[Checkpoint]:
        return [replace(each, batch=6, offsets={TOPIC: 40}) for each in await found(database)]

    monkeypatch.setattr(resets, "checkpoints", read_a_moment_before_the_save)

    with pytest.raises(InstallationError, match=r"orders runs.*stop it, then run the same command again"):
        await reset_topic(mongo, database, TOPIC)

    assert [from_document(each).offsets[TOPIC] for each in checkpoints.find()] == [41, 41]


async def test_all_lanes_have_one_incarnation_also_after_a_reset_that_was_broken_off(
    checkpoints: Any, mongo: str, database: str
) -> None:
    """A lane believes no origin of a later incarnation than its own: what another one passes on would be lost to it."""
    checkpoints.update_one({"_id": 1}, {"$set": {"incarnations": [[TOPIC, 1]]}})
    await reset_topic(mongo, database, TOPIC)
    assert [lane.incarnations for lane in map(from_document, checkpoints.find())] == [{TOPIC: 2}] * 2


async def test_a_reset_keeps_what_it_does_not_know(checkpoints: Any, mongo: str, database: str) -> None:
    checkpoints.update_many({}, {"$set": {"of_a_newer_version": 7}})
    await reset_topic(mongo, database, TOPIC)
    assert [each["of_a_newer_version"] for each in checkpoints.find()] == [7, 7]
