"""What stands in the databases, so that two moments can be compared: a digest of every document but the checkpoints."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import bson

from installation import SERVICES
from services.engine.adapters.mongo_client import Client
from services.engine.adapters.mongo_lanes import CHECKPOINTS, INSTALLATION


@dataclass(frozen=True, slots=True)
class Standing:
    """Digests by (database, collection): the number of documents, and the sum of their hashes."""

    collections: Mapping[tuple[str, str], tuple[int, int]]

    @property
    def documents(self) -> int:
        """How many there are."""
        return sum(count for count, _ in self.collections.values())


async def standing(mongo: Client, databases: str) -> Standing:
    """Reads everything once, in pages."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for service in SERVICES:
        database = mongo[f"{databases}_{service}"]
        for name in sorted(await database.list_collection_names()):
            if name in (CHECKPOINTS, INSTALLATION):
                continue
            count = total = 0
            async for document in database[name].find(batch_size=2000):
                count += 1
                total += int.from_bytes(blake2b(bson.encode(document), digest_size=8).digest())
            found[service, name] = (count, total % 2**64)
    return Standing(found)


def differences(before: Standing, after: Standing) -> list[str]:
    """Which collections are not what they were."""
    found = []
    for place in sorted(before.collections.keys() | after.collections.keys()):
        was, now = before.collections.get(place, (0, 0)), after.collections.get(place, (0, 0))
        if was != now:
            what = (
                f"{was[0]:,} documents became {now[0]:,}"
                if was[0] != now[0]
                else f"content of some of {now[0]:,} documents"
            )
            found.append(f"{place[0]}.{place[1]}: {what}")
    return found
