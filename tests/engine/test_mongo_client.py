"""Whoever reads beside the store reads by the same rules: from the primary, what a majority has, moments with UTC."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from services.engine.adapters.mongo_client import connect
from services.engine.core.faults import Stop

NOBODY = "mongodb://ada:secret@127.0.0.1:1/?replicaSet=rs0"


@pytest.mark.parametrize(
    "option", ["readPreference=secondary", "readPreference=nearest", "w=1", "readConcernLevel=local"]
)
def test_an_address_that_asks_for_weaker_reads_is_refused_without_its_password(option: str) -> None:
    with pytest.raises(Stop, match=option) as stopped:
        connect(f"{NOBODY}&{option}")
    assert "secret" not in str(stopped.value)


@pytest.mark.parametrize("options", ["", "&readPreference=primary&w=majority&readConcernLevel=majority"])
async def test_it_reads_from_the_primary_what_a_majority_has_and_writes_by_a_majority(options: str) -> None:
    async with connect(f"{NOBODY}{options}") as client:
        for asked in (client["x"], client["x"]["y"]):
            assert asked.read_preference.mongos_mode == "primary"
            assert asked.read_concern.level == "majority"
            assert asked.write_concern.document == {"w": "majority"}


async def test_what_was_written_is_read_with_its_moment_in_utc(mongo: str, database: str) -> None:
    moment = datetime(2024, 2, 29, 12, tzinfo=UTC)
    async with connect(mongo) as client:
        await client[database]["things"].insert_one({"_id": "a", "at": moment})
        assert await client[database]["things"].find_one() == {"_id": "a", "at": moment}


async def test_a_server_that_does_not_answer_is_an_error_and_the_client_ends() -> None:
    async with connect(NOBODY, answer_within=0.1) as client:
        with pytest.raises(ServerSelectionTimeoutError):
            await client.admin.command("ping")


@pytest.mark.parametrize("room", ["services", "installation", "operations", "deploy", "demo", "bench"])
def test_no_file_but_this_one_makes_a_client_of_pymongo(room: str) -> None:
    """Whoever made one would choose what it reads anew. Motor's is the store's: an import rule holds that."""
    made = re.compile(r"MongoClient(\[.*\])?\(")
    files = (Path(__file__).resolve().parents[2] / room).rglob("*.py")
    found = [file.name for file in files if made.search(file.read_text("utf-8"))]
    assert found == (["mongo_client.py"] if room == "services" else [])


async def test_a_question_of_a_bounded_client_is_given_up_by_the_server(mongo: str, database: str) -> None:
    async with connect(mongo) as client, connect(mongo, done_within=2.0) as bounded:
        things = client[database]["things"]
        await things.insert_one({"_id": 1})
        await client[database].command("profile", 2)
        asked = bounded[database]["things"]
        await asked.find_one({"_id": 1})
        await asked.count_documents({})
        await (await asked.aggregate([{"$match": {}}])).to_list()
        await things.find_one({"_id": 1})
        await client[database].command("profile", 0)
        rows = client[database]["system.profile"].find({"ns": f"{database}.things"}).sort("ts", 1)
        bounds = [row["command"].get("maxTimeMS") async for row in rows]
    assert [0 < found <= 2_000 for found in bounds[:-1]] == [True] * 3
    assert bounds[-1] is None
