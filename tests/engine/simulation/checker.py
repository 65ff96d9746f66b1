"""Judges an experiment by its own record of what was asked, and by the log: nothing else is believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from services.engine.core.document import Document, Stored, read_from
from tests.engine.simulation.answers import misjudged
from tests.engine.simulation.mirror import Copy
from tests.engine.simulation.operations import A_BUG, about
from tests.engine.simulation.said import Said, all_said, chained
from tests.engine.simulation.tally import Counter
from tests.engine.simulation.traces import astray
from tests.engine.simulation.world import World

D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong, and how many records of the services stood in the log more than once."""

    violations: tuple[str, ...]
    duplicates: int


def judged(world: World) -> Verdict:
    """Every rule, each violation as a sentence."""
    said, duplicates, found = all_said(world)
    if not world.drained:
        found.append("not drained: a lane stands still, or there is no end of saying")
    found += [f"stopped: {why[:90]}" for p in world.processes for why in p.stopped if not _meant(why)]
    found += world.faults.complaints
    chains = chained(said, found)
    letters = _letters(world, found)
    _states(world, chains, found)
    asked = [record for record in world.workload.asked if record.poison is None and record.address not in letters]
    totals = {id_: counter.total for id_, counter in _counters(world).items()}
    found += misjudged(asked, said, totals, world.turns)
    found += astray(world.workload.asked, said)
    _claims(world, found)
    _left_to_say(world, found)
    return Verdict(tuple(found), duplicates)


def _said_again(world: World, address: str) -> bool:
    """Whether a record of an internal topic stands before itself: a worker that was cut off before the installation
    grew has said it once more, to the lane that was its home. It was heard, and nothing is lost.
    """
    topic, lane, offset = address.split("/")
    place = (topic, int(lane))
    records = world.log.read(place, 0, 1_000_000)
    late = next(record for record in records if record.offset == int(offset))
    return world.before is not None and any(
        (each.key, each.value, each.headers) == (late.key, late.value, late.headers)
        for each in records
        if each.offset < late.offset
    )


def _meant(why: str) -> bool:
    """A bad release stops a service, and so does an installation that grows."""
    grown = ("leaseline lanes grow", "one partition for each lane", "lanes, the setting says")
    return "in a row" in why or any(words in why for words in grown)


def _states(world: World, chains: dict[tuple[str, str], list[Said]], found: list[str]) -> None:
    """A state is what folding its facts gives, and the other service's copy is the same."""
    counters, copies = _counters(world), _kept(world.documents("mirror", "copies"), Copy)
    for id_, counter in counters.items():
        facts = chains.get(("leaseline/tally", id_), [])
        total: int = 0
        tokens: list[str] = []
        for fact in facts:
            total = fact.data.get("total", total)
            tokens = fact.data.get("tokens", tokens)
        kept = (counter.version, counter.total, list(counter.tokens))
        if kept != (len(facts), total, tokens):
            found.append(f"state of {id_} is {kept}, its facts give {(len(facts), total, tokens)}")
        copy = copies.get(id_, Copy())
        if (copy.total, list(copy.tokens)) != (total, tokens):
            found.append(f"the copy of {id_} is {copy.total, copy.tokens}, it should be {total, tokens}")
        if copy.version != len(chains.get(("leaseline/mirror", id_), [])):
            found.append(f"facts about the copy of {id_}: {len(chains.get(('leaseline/mirror', id_), []))}")
        if counter.total < 0 or counter.left:
            found.append(f"{id_} has {counter.total}, {counter.left} steps left")
    for source, id_ in chains:
        if id_ not in (counters if source == "leaseline/tally" else copies):
            found.append(f"facts without state: {source} {id_}")


def _counters(world: World) -> Mapping[str, Counter]:
    return _kept(world.documents("tally", "counters"), Counter)


def _kept(found: Mapping[str, Stored], kind: type[D]) -> Mapping[str, D]:
    return {id_: read_from(stored, kind) for id_, stored in found.items()}


def _letters(world: World, found: list[str]) -> dict[str, str]:
    """One dead letter at most for a record and service, with the right reason; returns them by address."""
    letters: dict[tuple[str, str], str] = {}
    asked = {each.address: each for each in world.workload.asked}
    for place in world.log.places():
        if place[0].endswith(".dead-letters"):
            for record in world.log.read(place, 0, 1_000_000):
                said = about(record)
                key = (place[0], f"{said['topic']}/{said['partition']}/{said['offset']}")
                if letters.setdefault(key, said["reason"]) != said["reason"]:
                    found.append(f"two reasons for one dead letter: {key}")
                each = asked.get(key[1])
                expected = each is not None and each.letter == "cannot_be_decided"
                if said["reason"] == "cannot_be_decided" and said["detail"] != A_BUG and not expected:
                    found.append(f"cannot be decided: {said['detail']} at {key[1]}")
    for (_, address), reason in letters.items():
        each = asked.get(address)
        if reason == "cannot_be_decided" or (reason == "no_home" and _said_again(world, address)):
            continue
        if each is None or reason != each.letter:
            found.append(f"dead letter of {address}: {reason}, it was {each}")
    found += [
        f"no dead letter for {each.letter} at {each.address}"
        for each in world.workload.asked
        if (each.poison or each.letter == "cannot_be_decided") and ("tally.dead-letters", each.address) not in letters
    ]
    return {address: reason for (topic, address), reason in letters.items() if topic == "tally.dead-letters"}


def _claims(world: World, found: list[str]) -> None:
    """A token has one holder, and both sides agree."""
    held = [(t, id_) for id_, c in _counters(world).items() for t in c.tokens]
    tokens = sorted((t["token"], t["holder"]) for t in world.documents("tally", "tokens").values())
    if len({token for token, _ in held}) != len(held):
        found.append(f"a token is held twice: {sorted(held)}")
    elif sorted(held) != tokens:
        found.append(f"counters hold {sorted(held)}, the tokens say {tokens}")


def _left_to_say(world: World, found: list[str]) -> None:
    """What the checkpoints have to say stands in the log."""
    for service in world.services:
        found += [f"never said by {service.name}: {(o.value or b'')[:120]!r}" for o in world.unsaid(service.name)]
