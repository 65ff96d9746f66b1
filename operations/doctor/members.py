"""What stands behind MongoDB's majority: data members, arbiters, the journal; and what its address asks for."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pymongo.errors import OperationFailure

from contracts.values.immutable import Immutable
from operations.doctor.finding import Finding, Level, Symptom, Unexaminable
from operations.doctor.ground import Ground
from services.engine.adapters.mongo_address import weaknesses

MEMBERS: Final = 3
UNAUTHORIZED: Final = 13

STANDALONE = Symptom(
    "mongodb.standalone", Level.WRONG, "this MongoDB is no member of a replica set",
    "there are no transactions without one; services do not start",
    "start mongod with --replSet, then run: rs.initiate()",
)  # fmt: skip
SHARDED = Symptom(
    "mongodb.sharded", Level.WARNING, "the address leads to a mongos",
    "nothing here was tried on shards, and no moment in time cuts all of them", "use one replica set of three members",
)  # fmt: skip
ALONE = Symptom(
    "mongodb.majority", Level.WRONG, "arbiters make a majority of one member with data",
    "what one member alone has seen counts as saved, and is lost with it",
    "replace arbiters by members with data: rs.remove(ARBITER), then rs.add(MEMBER)",
)  # fmt: skip
ARBITER = Symptom(
    "mongodb.arbiter", Level.WARNING, "an arbiter votes",
    "when one member with data is away nothing can be saved, though there is a primary",
    "replace it by a member with data: rs.remove(ARBITER), then rs.add(MEMBER)",
)  # fmt: skip
NO_JOURNAL = Symptom(
    "mongodb.journal", Level.WRONG, "`writeConcernMajorityJournalDefault` is off",
    "what a majority has only in memory counts as saved, and is lost when they lose power at once",
    "rs.reconfig() with writeConcernMajorityJournalDefault: true",
)  # fmt: skip
FEW = Symptom(
    "mongodb.members", Level.NOTE, "fewer than three members have data and vote",
    "what was saved is lost with the last disk that has it, and without a second member nothing goes on",
    "good for trying out; production needs three members with data",
)  # fmt: skip
WEAK_ADDRESS = Symptom(
    "mongodb.address", Level.WRONG, "the address asks for another read preference than primary, or for less than a "
    "majority or the journal (`readPreference`, `readConcernLevel`, `w`, `journal`)",
    "an order that was confirmed could be lost, or read as it was; services do not start",
    "leave the option out of LEASELINE_MONGO",
)  # fmt: skip
DIRECT = Symptom(
    "mongodb.direct", Level.WARNING, "the address has `directConnection=true`",
    "after a fail-over that member takes no writes, and services wait for it", "name the replica set: replicaSet=NAME",
)  # fmt: skip
OF_MEMBERS: Final = (STANDALONE, SHARDED, ALONE, ARBITER, NO_JOURNAL, FEW)
OF_ADDRESS: Final = (WEAK_ADDRESS, DIRECT)


class Majority(Immutable):
    """What counts as a majority, by a replica set's configuration."""

    voters: int
    arbiters: int
    with_data: int
    journaled: bool

    @property
    def acknowledging(self) -> int:
        """Members that must have what counts as saved."""
        return min(self.voters // 2 + 1, self.with_data)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Majority":
        """Of what ``replSetGetConfig`` says."""
        voting = [member for member in config["members"] if member.get("votes", 1)]
        arbiters = sum(bool(member.get("arbiterOnly")) for member in voting)
        journaled = bool(config.get("writeConcernMajorityJournalDefault", True))
        return cls(len(voting), arbiters, len(voting) - arbiters, journaled)


async def keeps_by_majority(ground: Ground) -> Sequence[Finding]:
    """A replica set of members with data, and a majority that is one."""
    client = await ground.client()
    hello = await client.admin.command("hello")
    if hello.get("msg") == "isdbgrid":
        return [SHARDED.found("this is a mongos")]
    if not hello.get("setName"):
        return [STANDALONE.found("this MongoDB is no member of a replica set")]
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code == UNAUTHORIZED:
            raise Unexaminable(
                "MongoDB shows this user no configuration of the replica set", "give this user the role clusterMonitor"
            ) from error
        raise
    return judged(Majority.of(config))


def judged(majority: Majority) -> list[Finding]:
    """What is wrong with it."""
    found: list[Finding] = []
    if majority.arbiters:
        said = f"{majority.arbiters} of {majority.voters} voters have no data"
        if majority.acknowledging < majority.voters // 2 + 1:
            found.append(ALONE.found(f"{said}: {majority.acknowledging} member with data acknowledges for a majority"))
        else:
            found.append(ARBITER.found(said))
    if not majority.journaled:
        found.append(NO_JOURNAL.found("writeConcernMajorityJournalDefault is false"))
    if majority.with_data < MEMBERS:
        found.append(FEW.found(f"members with data that vote: {majority.with_data}"))
    return found


async def asks_for_enough(ground: Ground) -> Sequence[Finding]:
    """The address as it is named."""
    found = [
        WEAK_ADDRESS.found(f"the address has {name}={value}", f"leave {name} out of LEASELINE_MONGO")
        for name, value in weaknesses(ground.address)
    ]
    options = {name.lower(): value.lower() for name, value in parse_qsl(urlsplit(ground.address).query)}
    if options.get("directconnection") == "true":
        found.append(DIRECT.found("the address has directConnection=true"))
    return found
