"""What the services said, read from the log without any of the engine's code."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.engine.memory.log import MemoryRecord
from tests.engine.simulation.world import World


@dataclass(frozen=True, slots=True)
class Said:
    """A record of one of the services."""

    record: MemoryRecord
    source: str
    id: str
    name: str
    cause: tuple[str, str]
    data: dict[str, Any]
    trace: str = ""


def all_said(world: World) -> tuple[list[Said], int, list[str]]:
    """First occurrences, in the order of the log of each partition."""
    first: dict[tuple[str, str, int], bytes] = {}
    bytes_of: dict[tuple[str, str], bytes] = {}
    said, duplicates, found = [], 0, []
    for place in world.log.places():
        if not place[0].endswith((".events", ".internal")):
            continue
        for record in world.log.read(place, 0, 1_000_000):
            if any(name == "leaseline-origin" for name, _ in record.headers):
                continue
            envelope = json.loads(record.value or b"")
            source, id_ = envelope["source"], envelope["id"]
            if not source.startswith("leaseline/"):
                continue
            if bytes_of.setdefault((source, id_), record.value or b"") != record.value:
                found.append(f"same id, other bytes: {source} {id_}")
            if (source, id_, place[1]) in first:
                duplicates += 1
                continue
            first[source, id_, place[1]] = record.value or b""
            cause = (envelope.get("causationsource", ""), envelope.get("causationid", ""))
            name = envelope["type"].split(".")[2]
            trace = envelope.get("traceparent", "")
            said.append(Said(record, source, id_, name, cause, envelope["data"], trace))
            if place[1] not in world.homes(envelope["subject"]):
                found.append(f"said to a foreign lane: {id_}")
    return said, duplicates, found


def chained(said: Iterable[Said], found: list[str]) -> dict[tuple[str, str], list[Said]]:
    """Versions 1 to n of each chain, in this order."""
    chains: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for each in said:
        if "version" in each.data:
            chains[each.source, each.data["counter"]].append(each)
    for (source, counter), facts in chains.items():
        versions = [fact.data["version"] for fact in facts]
        if versions != list(range(1, len(versions) + 1)):
            found.append(f"versions of {source} {counter} are {versions}")
    return chains
