"""Judges an experiment by its own record of what was asked, by the log, and by what the services keep in the end."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.engine.simulation.checker import Verdict
from tests.engine.simulation.operations import A_BUG, about
from tests.engine.simulation.traces import astray
from tests.engine.simulation.world import World
from tests.together.agreement import disagreements
from tests.together.books import Books, opened
from tests.together.simulation.answers import misjudged
from tests.together.simulation.story import NEVER
from tests.together.simulation.told import Told, heard

_SUBMITTED = re.compile(r"items\.\d+\.sku")
"""Where a submission names a SKU; an amendment, which does not wait, does so elsewhere."""


def judged(world: World) -> Verdict:
    """Every rule, each violation as a sentence."""
    said = heard(world)
    found = list(said.wrong)
    if not world.drained:
        found.append("not drained: a lane stands still, or there is no end of saying")
    found += [f"stopped: {why[:90]}" for p in world.processes for why in p.stopped if "in a row" not in why]
    found += world.faults.complaints
    letters = _letters(world, found)
    asked = [a for a in world.workload.asked if a.poison is None and a.address not in letters]
    books = opened(world.documents)
    found += misjudged(asked, said.told, books.remembered)
    found += [f"left waiting: {what}" for what in books.waiting]
    found += [f"left waiting: a scan of {id_}" for id_, ledger in books.ledgers.items() if ledger.parked]
    found += disagreements(books)
    found += _versions(books, said.told)
    found += _unknown(said.told)
    found += astray(world.workload.asked, said.told)
    for service in world.services:
        found += [f"never said by {service.name}: {(o.value or b'')[:120]!r}" for o in world.unsaid(service.name)]
    return Verdict(tuple(found), said.duplicates)


def _letters(world: World, found: list[str]) -> set[str]:
    """One dead letter at most for a record and service, with the right reason; returns their addresses."""
    letters: dict[tuple[str, str], str] = {}
    for place in world.log.places():
        if not place[0].endswith(".dead-letters"):
            continue
        for record in world.log.read(place, 0, 1_000_000):
            told = about(record)
            key = (place[0], f"{told['topic']}/{told['partition']}/{told['offset']}")
            if letters.setdefault(key, told["reason"]) != told["reason"]:
                found.append(f"two reasons for one dead letter: {key}")
            if told["reason"] == "cannot_be_decided" and told["detail"] != A_BUG:
                found.append(f"cannot be decided: {told['detail']} at {key[1]}")
    asked = {each.address: each for each in world.workload.asked}
    for (_, address), reason in letters.items():
        each = asked.get(address)
        if reason != "cannot_be_decided" and (each is None or reason != each.letter):
            found.append(f"dead letter of {address}: {reason}, it was {each}")
    there = {address for _, address in letters}
    found += [
        f"no dead letter for {each.poison} at {each.address}"
        for each in world.workload.asked
        if each.poison is not None and each.address not in there
    ]
    return there


def _unknown(told: list[Told]) -> Iterator[str]:
    """An order is refused for an unknown SKU only if the catalog never had it: all others came in time."""
    for said in told:
        if said.name != "RequestRefused":
            continue
        for each in said.data["refusals"]:
            if each["code"] == "variant_unknown" and _SUBMITTED.fullmatch(each["field"]) and each["detail"] != NEVER:
                yield f"{said.cause} was refused for {each['detail']}, which the catalog has"


def _versions(books: Books, told: list[Told]) -> Iterator[str]:
    """What is kept counts what was said."""
    said = Counter((fact.source, fact.chain) for fact in told if fact.chain is not None)
    kept = {("leaseline/orders", id_): order.version for id_, order in books.orders.items()}
    kept |= {("leaseline/fulfillment", id_): ledger.version for id_, ledger in books.ledgers.items()}
    kept |= {("leaseline/billing", id_): account.version for id_, account in books.accounts.items()}
    for chain, version in kept.items():
        if version != said[chain]:
            yield f"{chain} is at version {version}, {said[chain]} facts were said"
