"""A MongoDB that is set up wrongly in one point, and its address; what was made to try it is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo import MongoClient

from operations.doctor import members, transactions
from operations.doctor.members import Majority, judged
from operations.doctor.transactions import freed
from services.engine.adapters.mongo_address import weaknesses, without_weakness
from services.engine.adapters.mongo_client import connect
from tests.operations.doctor import own_servers
from tests.operations.doctor.own_servers import PASSWORD, as_user
from tests.operations.doctor.ward import Ward

ROLES = {
    "reader": [{"role": "readAnyDatabase", "db": "admin"}],
    "writer": [{"role": "readWriteAnyDatabase", "db": "admin"}, {"role": "clusterMonitor", "db": "admin"}],
}


@pytest.fixture(scope="module")
def lone_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with own_servers.lone_mongod(tmp_path_factory.mktemp("lone")) as address:
        yield address


@pytest.fixture(scope="module")
def weak_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with own_servers.set_with_arbiter(tmp_path_factory.mktemp("weak")) as address:
        yield address


@pytest.fixture(scope="module")
def users(installed_ward: Ward) -> Iterator[dict[str, str]]:
    """Addresses of users who may do less."""
    with MongoClient[dict[str, Any]](installed_ward.mongo) as client:
        for name, roles in ROLES.items():
            client.admin.command("createUser", name, pwd=PASSWORD, roles=roles)
        plain = installed_ward.mongo.replace(f"doctor:{PASSWORD}@", "").replace("authSource=admin&", "")
        yield {name: as_user(plain, name) for name in ROLES}
        for name in ROLES:
            client.admin.command("dropUser", name)


@contextmanager
def failing(ward: Ward, command: str, **how: object) -> Iterator[str]:
    """The server fails at this command of the clients of an address."""
    with MongoClient[dict[str, Any]](ward.mongo) as client:
        what = {"failCommands": [command], "appName": "failing", **how}
        client.admin.command("configureFailPoint", "failCommand", mode="alwaysOn", data=what)
        try:
            yield f"{ward.mongo}&appName=failing"
        finally:
            client.admin.command("configureFailPoint", "failCommand", mode="off")


@pytest.mark.parametrize("check", ["members", "address", "transactions", "sessions"])
async def test_a_replica_set_has_no_finding(ward: Ward, check: str) -> None:
    assert await ward.findings(check) == {}
    assert ward.leftovers() == []


async def test_a_server_alone_is_no_replica_set_and_has_no_transactions(ward: Ward, lone_mongo: str) -> None:
    assert list(await ward.findings("members", on=ward.ground(mongo=lone_mongo))) == ["mongodb.standalone"]
    assert list(await ward.findings("transactions", on=ward.ground(mongo=lone_mongo))) == ["transactions.none"]
    found = await ward.findings("sessions", on=ward.ground(mongo=lone_mongo))
    assert "MongoDB says: IllegalOperation, code 20" in found["sessions.unexamined"].what
    with MongoClient[dict[str, Any]](lone_mongo) as client:
        assert [name for name in client.list_database_names() if "doctor" in name] == []


async def test_an_arbiter_and_a_majority_without_the_journal(ward: Ward, weak_set: str) -> None:
    found = await ward.findings("members", on=ward.ground(mongo=weak_set))
    assert {each.name: each.what for each in found.values()} == {
        "mongodb.majority": "1 of 2 voters have no data: 1 member with data acknowledges for a majority",
        "mongodb.journal": "writeConcernMajorityJournalDefault is false",
    }


def _config(*kinds: str, journaled: bool = True) -> dict[str, Any]:
    members = [{"_id": n, "arbiterOnly": kind == "a", "votes": 0 if kind == "n" else 1} for n, kind in enumerate(kinds)]
    return {"members": members, "writeConcernMajorityJournalDefault": journaled}


@pytest.mark.parametrize(
    ("config", "found"),
    [
        (_config("d", "d", "d"), []),
        (_config("d", "d", "d", "n", "n"), []),
        (_config("d", "d", "a"), ["mongodb.arbiter", "mongodb.members"]),
        (_config("d", "d", "d", "a"), ["mongodb.arbiter"]),
        (_config("d", "a", "a"), ["mongodb.majority", "mongodb.members"]),
        (_config("d", "a"), ["mongodb.majority", "mongodb.members"]),
        (_config("d", "d"), ["mongodb.members"]),
        (_config("d", "d", "d", journaled=False), ["mongodb.journal"]),
    ],
    ids=["three", "two more without a vote", "PSA", "an arbiter more", "two arbiters", "PA", "two", "no journal"],
)
def test_a_configuration_is_judged(config: dict[str, Any], found: list[str]) -> None:
    assert [each.name for each in judged(Majority.of(config))] == found


WEAK = ["readPreference=secondaryPreferred", "w=1", "journal=false", "readConcernLevel=local", "W=0", "j=false"]


@pytest.mark.parametrize("option", WEAK)
async def test_an_address_that_asks_for_less_is_told_without_its_password(ward: Ward, option: str) -> None:
    found = await ward.findings("address", on=ward.ground(address=f"{ward.mongo}&{option}&appName=x"))
    assert list(found) == ["mongodb.address"]
    assert found["mongodb.address"].what == f"the address has {option}"
    assert PASSWORD not in str(found)


def test_what_weakens_an_address_is_left_out_of_it_and_nothing_else() -> None:
    address = f"mongodb://a:p%40ss@h1:1,h2/?replicaSet=rs0&{WEAK[0]}&tls=true&w=1"
    assert without_weakness(address) == "mongodb://a:p%40ss@h1:1,h2/?replicaSet=rs0&tls=true"
    assert weaknesses(without_weakness(address)) == []
    assert without_weakness("mongodb://h/?w=1") == "mongodb://h/?"
    assert without_weakness("mongodb://h") == "mongodb://h"


async def test_an_address_of_one_member_is_told(ward: Ward) -> None:
    found = await ward.findings("address", on=ward.ground(address=f"{ward.mongo}&directConnection=true"))
    assert list(found) == ["mongodb.direct"]


async def test_a_conflict_that_is_told_late(ward: Ward) -> None:
    with failing(ward, "update", blockConnection=True, blockTimeMS=1_300) as address:
        found = await ward.findings("transactions", on=ward.ground(mongo=address))
    assert list(found) == ["transactions.late"]
    assert ward.leftovers() == []


class Lenient:
    """A collection that takes what two transactions write, and sessions that begin what they are told."""

    async def update_one(self, *_: object, **__: object) -> None: ...

    async def start_transaction(self, *_: object) -> None: ...


async def test_two_transactions_that_both_write_are_told() -> None:
    lenient: Any = Lenient()
    assert [each.name for each in await transactions._conflict(lenient, lenient)] == ["transactions.both"]


async def test_a_server_that_refuses_to_kill_sessions(ward: Ward) -> None:
    with failing(ward, "killSessions", errorCode=8000) as address:
        found = await ward.findings("sessions", on=ward.ground(mongo=address))
    assert list(found) == ["sessions.not_ended"]
    assert "MongoDB refuses killSessions (" in found["sessions.not_ended"].what
    assert ward.leftovers() == []


async def test_a_session_of_another_user_is_not_ended(ward: Ward, users: dict[str, str]) -> None:
    """Both may do everything that is needed: what a worker of another name left open stands."""
    async with connect(ward.mongo) as mine, connect(users["writer"]) as others:
        found = await freed(mine, others, ward.databases)
    assert [each.what for each in found] == ["killSessions ended nothing: the document was locked 2 s later"]
    assert ward.leftovers() == []


@pytest.mark.parametrize("check", ["transactions", "sessions"])
async def test_who_may_write_nothing_is_told_what_is_missing(ward: Ward, users: dict[str, str], check: str) -> None:
    found = await ward.findings(check, on=ward.ground(mongo=users["reader"]))
    (told,) = found.values()
    assert told.name == f"{check}.unexamined"
    assert "MongoDB would not take a document to try it on (Unauthorized, code 13)" in told.what
    assert "readWrite and dbAdmin on databases that begin with ward_doctor_" in told.do


async def test_who_may_not_see_the_configuration_is_told_what_is_missing(ward: Ward, users: dict[str, str]) -> None:
    found = await ward.findings("members", on=ward.ground(mongo=users["reader"]))
    assert list(found) == ["members.unexamined"]
    assert found["members.unexamined"].do == "give this user the role clusterMonitor"


async def test_a_database_that_cannot_be_dropped_is_told(ward: Ward, users: dict[str, str]) -> None:
    found = await ward.findings("transactions", on=ward.ground(mongo=users["writer"]))
    (left,) = ward.leftovers()
    assert {each.name: each.what for each in found.values()} == {
        "transactions.left": f"still there: {left} (OperationFailure)"
    }
    with MongoClient[dict[str, Any]](ward.mongo) as client:
        client.drop_database(left)


def test_every_finding_about_mongodb_is_tried() -> None:
    symptoms = (*members.OF_MEMBERS, *members.OF_ADDRESS, *transactions.OF_CONFLICTS, *transactions.OF_SESSIONS)
    assert {symptom.name for symptom in symptoms} == {
        "mongodb.standalone", "mongodb.sharded", "mongodb.majority", "mongodb.arbiter", "mongodb.journal",
        "mongodb.members", "mongodb.address", "mongodb.direct", "transactions.none", "transactions.late",
        "transactions.both", "transactions.left", "sessions.not_ended",
    }  # fmt: skip
