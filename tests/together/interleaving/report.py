"""What walks found, as a table: how much was walked through, and whose requests won."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.together.interleaving.walk import Answer, Walked

ALWAYS = ("order", "held order")
SHOWN = 6


def as_json(scene: str, freedom: str, found: Walked, seconds: float) -> str:
    """For the report of a test."""
    winners: Counter[str] = Counter()
    for answers, ways in found.outcomes.items():
        winners[won(answers)] += ways
    counts = [found.interleavings, found.states, found.rests, len(found.outcomes), sum(found.wrong.values())]
    return json.dumps([scene, freedom, counts, round(seconds, 1), winners.most_common()])


def won(answers: Iterable[Answer]) -> str:
    """The requests that took effect, and the codes of those that did not."""
    first = {name: outcome for name, outcome in answers if not outcome.startswith("repeated")}
    effective = [name for name, outcome in first.items() if outcome[:1].isupper() and name not in ALWAYS]
    lost = [f"{name} {outcome}" for name, outcome in first.items() if not outcome[:1].isupper()]
    return " + ".join(effective or ["nothing"]) + (f" ({', '.join(lost)})" if lost else "")


def lines(told: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The table; of each scene the most frequent outcomes of its plainest walk."""
    rows = sorted(told, key=lambda row: (row[0], len(row[1]), row[1]))
    head = (
        f"{'scene':38}{'at most':26}{'interleavings':>24}{'states':>10}{'rests':>8}{'outcomes':>9}{'wrong':>6}{'s':>6}"
    )
    yield head
    shown: set[str] = set()
    for scene, freedom, (ways, states, rests, outcomes, wrong), seconds, winners in rows:
        yield f"{scene:38}{freedom:26}{ways:>24,}{states:>10,}{rests:>8,}{outcomes:>9,}{wrong:>6}{seconds:>6.1f}"
        if scene in shown:
            continue
        shown.add(scene)
        total = sum(each for _, each in winners) or 1
        for what, each in winners[:SHOWN]:
            yield f"    {each / total:6.1%}  {what}"
        if len(winners) > SHOWN:
            yield f"            and {len(winners) - SHOWN} more"
    ways = sum(row[2][0] for row in rows)
    states = sum(row[2][1] for row in rows)
    wrong = sum(row[2][4] for row in rows)
    yield f"{len(rows)} walks, {ways:,} interleavings, {states:,} states, {wrong} wrong"
