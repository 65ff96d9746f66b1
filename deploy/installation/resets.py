"""A topic that was deleted and made again: its offsets start anew, so everything kept about them must too."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import closing

from contracts.topics import TOPICS
from deploy.installation import SERVICES
from deploy.installation.trouble import InstallationTrouble, mongo_answers
from services.engine.checkpoint import Checkpoint
from services.engine.kept import revised
from services.engine.mongo import CHECKPOINTS, INSTALLATION, Client, Database
from services.engine.stored import from_document, position_fields


async def reset_topic(mongo: str, databases: str, topic: str) -> Mapping[str, int]:
    """Raises the topic's incarnation and forgets its position in every lane of the services that read it; returns the
    number of lanes by service. The services must not run.

    Raises ``InstallationTrouble`` for an unknown topic, or if a service saved something meanwhile: run it again then.
    """
    readers = {name for each in TOPICS if each.name == topic for name in each.readers if name in SERVICES}
    if not readers:
        raise InstallationTrouble(f"No service reads a topic {topic!r}: {', '.join(t.name for t in TOPICS)}.")
    client: Client = Client(mongo, tz_aware=True, w="majority", serverSelectionTimeoutMS=5_000)
    done: dict[str, int] = {}
    with closing(client), mongo_answers():
        for service in sorted(readers):
            database = client[f"{databases}_{service}"]
            collection = database[CHECKPOINTS]
            lanes = [from_document(document) async for document in collection.find()]
            # One number for all lanes, also after a run that was broken off: a lane believes no origin of a later one.
            incarnation = 1 + max((each.incarnations.get(topic, 0) for each in lanes), default=0)
            for was in lanes:
                now = revised(
                    was,
                    epoch=was.epoch + 1,  # whoever still runs can save nothing more
                    offsets={name: at for name, at in was.offsets.items() if name != topic},
                    bookmarks={name: mark for name, mark in was.bookmarks.items() if name != topic},
                    incarnations={**was.incarnations, topic: incarnation},
                )
                unchanged = {"_id": was.lane, "epoch": was.epoch, "batch": was.batch}
                fields = {"epoch": now.epoch, **position_fields(now)}
                changed = await collection.update_one(unchanged, {"$set": fields})
                if not changed.matched_count:
                    raise InstallationTrouble(
                        f"The service {service} runs, and has just saved something in lane {was.lane}: stop it, then "
                        f"run the same command again."
                    )
                done[service] = done.get(service, 0) + 1
            if lanes:
                await _begin_missing(database, {each.lane for each in lanes}, topic, incarnation)
    return done


async def _begin_missing(database: Database, there: AbstractSet[int], topic: str, incarnation: int) -> None:
    """Lanes that nobody ever acquired begin under the same incarnation as the others."""
    stored = await database[INSTALLATION].find_one({"_id": "lanes"})
    for lane in sorted(set(range(stored["lanes"] if stored else 0)) - there):
        begun = {"epoch": 0, **position_fields(Checkpoint(lane, incarnations={topic: incarnation}))}
        await database[CHECKPOINTS].update_one({"_id": lane}, {"$setOnInsert": begun}, upsert=True)
