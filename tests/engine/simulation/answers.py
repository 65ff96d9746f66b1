"""Whether every message has exactly one effect or answer, and whether the effects sum up."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from tests.engine.simulation.outside import Asked
from tests.engine.simulation.said import Said

Group = tuple[str, str, str]
"""All records of one message: (source, id, counter)."""
Turns = Callable[[Asked], Iterable[tuple[str, int]]]
"""Among which records about its counter a record has a turn, and which one."""


def misjudged(asked: list[Asked], said: list[Said], totals: dict[str, int], turns: Turns) -> Iterator[str]:
    """What is wrong. ``asked`` are the records that were decided, ``totals`` what the counters hold in the end."""
    answers: dict[str, list[Said]] = defaultdict(list)
    effects: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for each in said:
        if each.name in ("TallyRefused", "TallyRepeated"):
            answers[each.id.partition(":")[2]].append(each)
        elif each.name in ("Counted", "TokensChanged"):
            effects[each.cause].append(each)
    groups: dict[Group, list[Asked]] = defaultdict(list)
    for record in asked:
        groups[record.source, record.id, record.what.subject].append(record)
    worth: Counter[str] = Counter()
    order: dict[tuple[str, str, str], list[tuple[tuple[int, int], int]]] = defaultdict(list)
    for (source, id_, counter), group in groups.items():
        effect = effects.get((source, id_), [])
        yield from _group(group, answers, effect)
        accepted = next((record for record in group if not answers[record.address]), None)
        if accepted is not None and effect:
            worth.update(_worth(accepted))
            for among, turn in turns(accepted):
                order[accepted.place[0], counter, among].append(((turn, accepted.offset), effect[0].data["version"]))
    yield from _strange(effects, {(source, id_) for source, id_, _ in groups})
    for place, pairs in order.items():
        versions = [version for _, version in sorted(pairs)]
        if versions != sorted(versions):
            yield f"requests of {place} were decided out of order"
    for counter, total in totals.items():
        if total != worth[counter]:
            yield f"the total of {counter} is {total}, the accepted requests make {worth[counter]}"


def _strange(effects: dict[tuple[str, str], list[Said]], known: set[tuple[str, str]]) -> Iterator[str]:
    for cause, effect in effects.items():
        if len(effect) > 1:
            yield f"{cause} does more than one page of work"
        if cause not in known and cause[0] != "leaseline/tally":
            yield f"{len(effect)} effects of {cause}, which nobody asked for"


def _group(group: list[Asked], answers: dict[str, list[Said]], effect: list[Said]) -> Iterator[str]:
    """One message, however often it was sent: an effect or a refusal, and for every other record a repeat's answer."""
    name = f"{group[0].source} {group[0].id}"
    silent = [record for record in group if not answers[record.address]]
    refused = [answer for record in group for answer in answers[record.address] if _decided(answer)]
    for record in group:
        mine = answers[record.address]
        if len(mine) > 1:
            yield f"{len(mine)} answers for {record}"
        if any(answer.cause != (record.source, record.id) for answer in mine):
            yield f"the answer names another request than {record}"
    if (len(effect), len(silent), len(refused)) not in ((1, 1, 0), (0, 0, 1)):
        yield (
            f"{name} sent {len(group)} times: {len(effect)} effects, {len(refused)} refusals, "
            f"{len(silent)} without an answer"
        )


def _decided(answer: Said) -> bool:
    return answer.name == "TallyRefused" and answer.data["refusals"][0]["code"] != "id_reused"


def _worth(asked: Asked) -> Counter[str]:
    """What an accepted request does to the totals in the end."""
    name, counter, data = asked.what.name, asked.what.subject, asked.what.data
    if name == "AddRequested":
        return Counter({counter: data["amount"]})
    if name == "StepsRequested":
        return Counter({counter: data["steps"]})
    worth: Counter[str] = Counter()
    if name == "SpendRequested":
        worth[counter] = -data["amount"]
    if name == "TransferRequested":
        worth[counter], worth[data["to"]] = -data["amount"], data["amount"]
    return worth
