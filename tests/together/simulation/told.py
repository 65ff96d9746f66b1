"""What the three services said, read from the log without any of the engine's code."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.registry import MESSAGES
from services.engine.core.lanes import home
from tests.engine.simulation.world import World


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was said, however often it stands in the log. ``places``: the partitions that it stands in."""

    source: str
    id: str
    name: str
    cause: tuple[str, str]
    data: dict[str, Any]
    places: tuple[tuple[str, int], ...]
    trace: str = ""

    @property
    def chain(self) -> str | None:
        """What it counts under, if it is a fact."""
        chain, at, _ = self.id.rpartition("@")
        return chain if at and "version" in self.data else None


@dataclass
class Processed:
    """Everything that was said, in the order of each partition; how often again; what is wrong with it."""

    told: list[Told]
    duplicates: int
    wrong: list[str]


def heard(world: World) -> Processed:
    """First occurrences. Equal ids are equal bytes, everything stands in the lanes where it is at home, each once."""
    values: dict[tuple[str, str], bytes] = {}
    places: dict[tuple[str, str], dict[tuple[str, int], None]] = defaultdict(dict)
    found = Processed([], 0, [])
    for place in world.log.places():
        if not place[0].endswith((".events", ".internal")):
            continue
        for record in world.log.read(place, 0, 1_000_000):
            if record.value is None or any(name == "leaseline-origin" for name, _ in record.headers):
                continue
            try:
                envelope = json.loads(record.value)
                key = (envelope["source"], envelope["id"])
            except (ValueError, TypeError, KeyError):
                continue  # what others wrote there
            if not key[0].startswith("leaseline/"):
                continue
            if values.setdefault(key, record.value) != record.value:
                found.wrong.append(f"same id, other bytes: {key}")
            found.duplicates += place in places[key]
            places[key][place] = None
    for key, value in values.items():
        envelope = json.loads(value)
        cause = (envelope.get("causationsource", ""), envelope.get("causationid", ""))
        name, trace = envelope["type"].split(".")[2], envelope.get("traceparent", "")
        said = Told(*key, name, cause, envelope["data"], tuple(places[key]), trace)
        found.told.append(said)
        found.wrong += _misplaced(said, envelope, world.lanes)
    found.wrong += _gaps(found.told)
    return found


def _misplaced(said: Told, envelope: dict[str, Any], lanes: int) -> Iterator[str]:
    body = MESSAGES[envelope["type"]].model_validate_json(json.dumps(envelope["data"]))
    homes = {home(subject, lanes) for subject in body.subjects()}
    if {lane for _, lane in said.places} != homes:
        yield f"{said.name} {said.id} is at home in {homes}, it stands in {said.places}"


def _gaps(told: Iterable[Told]) -> Iterator[str]:
    """Versions 1 to n of each chain, rising in each partition."""
    chains: dict[tuple[str, str], list[int]] = defaultdict(list)
    last: dict[tuple[object, ...], int] = {}
    for said in told:
        if said.chain is None:
            continue
        version = said.data["version"]
        chains[said.source, said.chain].append(version)
        place = (said.source, said.chain, said.places[0])
        if len(said.places) == 1:
            if version < last.get(place, 0):
                yield f"{said.source} {said.chain}: version {version} stands behind {last[place]}"
            last[place] = version
    for (source, chain), versions in chains.items():
        if sorted(versions) != list(range(1, len(versions) + 1)):
            yield f"versions of {source} {chain} are {sorted(versions)}"
