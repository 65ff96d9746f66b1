"""Another number of lanes than the stored one is refused before anything changes."""

from typing import Any

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner

from installation.addresses import Addresses
from installation.errors import InstallationError
from installation.lanes import agreed_lanes
from operations.cli import app, topics

RUNNER = CliRunner()


@pytest.fixture
def of_sixteen(mongo: str, database: str) -> str:
    """The prefix of an installation of which only billing was ever started, with 16 lanes."""
    with MongoClient[dict[str, Any]](mongo) as client:
        client[f"{database}_billing"]["installation"].insert_one({"_id": "lanes", "lanes": 16})
    return database


async def test_before_the_first_start_any_number_may_be_asked_for(mongo: str, database: str) -> None:
    assert await agreed_lanes(mongo, database, None) == 16
    assert await agreed_lanes(mongo, database, 32) == 32


@pytest.mark.parametrize("asked", [None, 16])
async def test_the_stored_number_decides(mongo: str, of_sixteen: str, asked: int | None) -> None:
    assert await agreed_lanes(mongo, of_sixteen, asked) == 16


@pytest.mark.parametrize("asked", [1, 15, 17, 32])
async def test_another_one_is_refused_with_the_number_to_set(mongo: str, of_sixteen: str, asked: int) -> None:
    with pytest.raises(InstallationError, match=rf"has 16 lanes, {asked} were asked.*Nothing was changed.*=16"):
        await agreed_lanes(mongo, of_sixteen, asked)


def test_topics_are_not_touched_by_a_command_that_is_refused(
    mongo: str, of_sixteen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("topics were touched")

    monkeypatch.setattr(topics, "addresses", lambda *_: Addresses("127.0.0.1:1", mongo))
    monkeypatch.setattr(topics, "create_topics", never)
    ended = RUNNER.invoke(app, ["topics", "create", "--lanes", "32", "--databases", of_sixteen])
    assert isinstance(ended.exception, InstallationError)
    assert "16 lanes" in str(ended.exception)


async def test_without_an_answer_nothing_is_guessed() -> None:
    with pytest.raises(InstallationError, match="MongoDB does not answer"):
        await agreed_lanes("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100", "x", 32)
