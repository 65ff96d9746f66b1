"""Judges an experiment by its own record of what was asked, and by the log: nothing else is believed."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.engine.lanes import home
from services.engine.memory.database import decoded
from services.engine.memory.log import MemoryRecord
from tests.engine.simulation.operations import about
from tests.engine.simulation.workload import Asked
from tests.engine.simulation.world import World


@dataclass(frozen=True, slots=True)
class Said:
    """A record of one of the services: the envelope, read without any of the engine's code."""

    record: MemoryRecord
    source: str
    id: str
    name: str
    cause: tuple[str, str]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong, and how many records of the services stood in the log more than once."""

    violations: tuple[str, ...]
    duplicates: int


def judged(world: World) -> Verdict:
    """Every rule, each violation as a sentence."""
    said, duplicates, found = _said(world)
    if not world.drained:
        found.append("not drained: a lane stands still, or there is no end of saying")
    found += [f"stopped: {why[:90]}" for p in world.processes for why in p.stopped if "in a row" not in why]
    found += world.faults.complaints
    chains = _chains(said, found)
    letters = _letters(world, found)
    _states(world, chains, found)
    _answers(world, said, letters, found)
    _claims(world, found)
    _left_to_say(world, found)
    return Verdict(tuple(found), duplicates)


def _said(world: World) -> tuple[list[Said], int, list[str]]:
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
            said.append(Said(record, source, id_, name, cause, envelope["data"]))
            if place[1] != home(envelope["subject"], world.lanes):
                found.append(f"said to a foreign lane: {id_}")
    return said, duplicates, found


def _chains(said: Iterable[Said], found: list[str]) -> dict[tuple[str, str], list[Said]]:
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


def _documents(world: World, service: str, collection: str) -> dict[str, dict[str, Any]]:
    database = world.databases[service]
    there = ((str(path[1]), database.get(path)) for path in database.paths(collection))
    return {id_: decoded(content) for id_, content in there if content is not None}


def _states(world: World, chains: dict[tuple[str, str], list[Said]], found: list[str]) -> None:
    """A state is what folding its facts gives, and the other service's copy is the same."""
    counters, copies = _documents(world, "tally", "counters"), _documents(world, "mirror", "copies")
    for id_, stored in counters.items():
        facts = chains.get(("leaseline/tally", id_), [])
        total, tokens = 0, []
        for fact in facts:
            total = fact.data.get("total", total)
            tokens = fact.data.get("tokens", tokens)
        kept = (stored["version"], stored["total"], list(stored["tokens"]))
        if kept != (len(facts), total, tokens):
            found.append(f"state of {id_} is {kept}, its facts give {(len(facts), total, tokens)}")
        copy = copies.get(id_, {"total": 0, "tokens": [], "version": 0})
        if (copy["total"], list(copy["tokens"])) != (total, tokens):
            found.append(f"the copy of {id_} is {copy['total'], copy['tokens']}, it should be {total, tokens}")
        if copy["version"] != len(chains.get(("leaseline/mirror", id_), [])):
            found.append(f"facts about the copy of {id_}: {len(chains.get(('leaseline/mirror', id_), []))}")
        if stored["total"] < 0 or stored["left"]:
            found.append(f"{id_} has {stored['total']}, {stored['left']} steps left")
    for source, id_ in chains:
        if id_ not in (counters if source == "leaseline/tally" else copies):
            found.append(f"facts without state: {source} {id_}")


def _letters(world: World, found: list[str]) -> dict[str, str]:
    """One dead letter at most for a record and service, with the right reason; returns them by address."""
    letters: dict[tuple[str, str], str] = {}
    for place in world.log.places():
        if place[0].endswith(".dead-letters"):
            for record in world.log.read(place, 0, 1_000_000):
                said = about(record)
                key = (place[0], f"{said['topic']}/{said['partition']}/{said['offset']}")
                if letters.setdefault(key, said["reason"]) != said["reason"]:
                    found.append(f"two reasons for one dead letter: {key}")
    asked = {each.address: each for each in world.workload.asked}
    for (_, address), reason in letters.items():
        each = asked.get(address)
        if reason == "cannot_be_decided":
            continue
        if each is None or (reason != "cannot_be_stored" if each.unstorable else reason != each.poison):
            found.append(f"dead letter of {address}: {reason}, it was {each}")
    for each in world.workload.asked:
        if each.poison is not None and ("tally.dead-letters", each.address) not in letters:
            found.append(f"no dead letter for {each.poison} at {each.address}")
    return {address: reason for (topic, address), reason in letters.items() if topic == "tally.dead-letters"}


def _answers(world: World, said: list[Said], letters: dict[str, str], found: list[str]) -> None:
    """Every message has exactly one effect or answer, repeats' answers apart; effects sum up."""
    answers: dict[str, list[Said]] = defaultdict(list)
    effects: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for each in said:
        if each.name in ("TallyRefused", "TallyRepeated"):
            answers[each.id.partition(":")[2]].append(each)
        elif each.name in ("Counted", "TokensChanged"):
            effects[each.cause].append(each)
    groups: dict[tuple[str, str, str], list[Asked]] = defaultdict(list)
    for asked in world.workload.asked:
        if asked.poison is None and asked.address not in letters:
            groups[asked.source, asked.id, asked.counter].append(asked)
    totals: Counter[str] = Counter()
    order: dict[tuple[str, int, str], list[tuple[int, int]]] = defaultdict(list)
    for (source, id_, counter), group in groups.items():
        effect = effects.pop((source, id_), [])
        silent = [a for a in group if not answers[a.address]]
        first = [a for a in group for b in answers[a.address] if _decided(b)]
        for asked in group:
            if len(answers[asked.address]) > 1:
                found.append(f"{len(answers[asked.address])} answers for {asked}")
            if [a for a in answers[asked.address] if a.cause != (source, id_)]:
                found.append(f"the answer names another request than {asked}")
        if (len(effect), len(silent), len(first)) not in ((1, 1, 0), (0, 0, 1)):
            found.append(
                f"{source} {id_} sent {len(group)} times: {len(effect)} effects, {len(first)} refusals, "
                f"{len(silent)} without an answer"
            )
        elif effect:
            accepted = silent[0]
            totals.update(_worth(accepted))
            order[*accepted.place, counter].append((accepted.offset, effect[0].data["version"]))
        if len(effect) > 1:
            found.append(f"{source} {id_} does more than one page of work")
    for cause, effect in effects.items():
        if len(effect) > 1:
            found.append(f"{cause} does more than one page of work")
        if cause[0] != "leaseline/tally":
            found.append(f"{len(effect)} effects of {cause}, which nobody asked for")
    for place, pairs in order.items():
        versions = [version for _, version in sorted(pairs)]
        if place[1] == home(place[2], world.lanes) and versions != sorted(versions):
            found.append(f"requests of {place} were decided out of order")
    for id_, stored in _documents(world, "tally", "counters").items():
        if stored["total"] != totals[id_]:
            found.append(f"the total of {id_} is {stored['total']}, the accepted requests make {totals[id_]}")


def _decided(answer: Said) -> bool:
    return answer.name == "TallyRefused" and answer.data["refusals"][0]["code"] != "id_reused"


def _worth(asked: Asked) -> Counter[str]:
    """What an accepted request does to the totals in the end."""
    data = json.loads(asked.data)
    if asked.name == "AddRequested":
        return Counter({asked.counter: data["amount"]})
    if asked.name == "StepsRequested":
        return Counter({asked.counter: data["steps"]})
    worth: Counter[str] = Counter()
    if asked.name == "SpendRequested":
        worth[asked.counter] = -data["amount"]
    if asked.name == "TransferRequested":
        worth[asked.counter], worth[data["to"]] = -data["amount"], data["amount"]
    return worth


def _claims(world: World, found: list[str]) -> None:
    """A token has one holder, and both sides agree."""
    held = [(t, id_) for id_, c in _documents(world, "tally", "counters").items() for t in c["tokens"]]
    tokens = sorted((t["token"], t["holder"]) for t in _documents(world, "tally", "tokens").values())
    if len({token for token, _ in held}) != len(held):
        found.append(f"a token is held twice: {sorted(held)}")
    elif sorted(held) != tokens:
        found.append(f"counters hold {sorted(held)}, the tokens say {tokens}")


def _left_to_say(world: World, found: list[str]) -> None:
    """What the checkpoints have to say stands in the log."""
    for service in world.services:
        for lane in range(world.lanes):
            checkpoint = world.checkpoint(service.name, lane)
            for outgoing in checkpoint.outgoing if checkpoint is not None else ():
                stands = world.log.read((outgoing.topic, outgoing.lane), 0, 1_000_000)
                if not any(record.value == outgoing.value and record.key == outgoing.key for record in stands):
                    found.append(f"never said by {service.name}: {(outgoing.value or b'')[:120]!r}")
