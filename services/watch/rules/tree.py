"""Rows as a tree of causes. A pure function: the same rows in any order give the same tree.

A row stands below the one that it says it follows from. Every row stands exactly once, a cause before its effects, and
what was said at the same place of the tree in the order of its time, whatever the rows claim: they come from outside,
too, and may name each other in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final

from contracts.values.immutable import Immutable
from services.watch.telling.told import Fate, Told

Identity = tuple[str, str]
INTERNAL: Final = ".internal"
_NOBODY: Final = -1


class Follows(StrEnum):
    """What is known of a step's cause."""

    NOTHING = "nothing"
    """It names none: somebody asked, or a clock ticked."""
    HERE = "here"
    """It stands below it."""
    AGAIN = "again"
    """It is the same message once more, and stands below the first: sent again, forwarded, or said in several lanes."""
    ELSEWHERE = "elsewhere"
    """It names one that is not among the rows: older than what is kept, or not read yet."""
    CIRCLE = "circle"
    """It names one that follows from itself: nobody of us says so."""


class Step(Immutable):
    """A row in its place. ``depth`` counts the steps above it, ``above`` is the place of the one that it follows from
    in the list of steps; None: it begins a tree. ``after``: how much later it came than that one, never below zero.
    """

    told: Told
    follows: Follows
    depth: int
    above: int | None
    after: timedelta | None


def plant(rows: Iterable[Told]) -> tuple[Step, ...]:
    """The steps, each behind the one that it follows from, trees in the order of their first record."""
    by_place = {(told.topic, told.partition, told.offset): told for told in rows}
    ordered = sorted(by_place.values(), key=_moment)
    copies = _copies(ordered)
    parents = [_parent(number, told, ordered, copies) for number, told in enumerate(ordered)]
    circles = _cut_circles(parents)
    below: dict[int, list[int]] = {}
    for number, (parent, _) in enumerate(parents):
        below.setdefault(parent, []).append(number)
    return _walk(ordered, parents, circles, below)


def _walk(
    ordered: Sequence[Told],
    parents: Sequence[tuple[int, Follows]],
    circles: frozenset[int],
    below: Mapping[int, Sequence[int]],
) -> tuple[Step, ...]:
    steps: list[Step] = []
    placed: dict[int, int] = {}
    left = list(reversed(below.get(_NOBODY, ())))
    while left:  # a chain may be longer than Python's own stack
        number = left.pop()
        parent, follows = parents[number]
        above = placed.get(parent)
        placed[number] = len(steps)
        told = ordered[number]
        after = None if above is None else max(timedelta(0), told.at - steps[above].told.at)
        depth = 0 if above is None else steps[above].depth + 1
        steps.append(Step(told, Follows.CIRCLE if number in circles else follows, depth, above, after))
        left += reversed(below.get(number, ()))
    return tuple(steps)


def _moment(told: Told) -> tuple[object, ...]:
    return told.at, told.topic.endswith(INTERNAL), told.fate is Fate.DEAD, told.topic, told.partition, told.offset


def _copies(ordered: Sequence[Told]) -> Mapping[Identity, Sequence[int]]:
    """Every message that has an identity, with its rows: first the one that counts as itself."""
    found: dict[Identity, list[int]] = {}
    for number, told in enumerate(ordered):
        if told.id:
            found.setdefault((told.source, told.id), []).append(number)
    for numbers in found.values():
        numbers.sort(key=lambda number: (ordered[number].fate is Fate.DEAD, ordered[number].topic.endswith(INTERNAL)))
    return found


def _parent(
    number: int, told: Told, ordered: Sequence[Told], copies: Mapping[Identity, Sequence[int]]
) -> tuple[int, Follows]:
    first = copies[told.source, told.id][0] if told.id else number
    if first != number:
        return first, Follows.AGAIN
    if told.cause is None or told.cause == (told.source, told.id):
        return _NOBODY, Follows.NOTHING
    causes = copies.get(told.cause)
    if causes is None:
        return _NOBODY, Follows.ELSEWHERE
    if told.fate is not Fate.REPEATED:
        return causes[0], Follows.HERE
    # It answers the one that was sent again, not the first.
    before = [each for each in causes if ordered[each].at <= told.at and ordered[each].fate is not Fate.DEAD]
    return max(before, default=causes[0]), Follows.HERE


def _cut_circles(parents: list[tuple[int, Follows]]) -> frozenset[int]:
    """Makes the earliest row of every circle the begin of a tree; returns those."""
    cut: set[int] = set()
    seen = [0] * len(parents)
    for begin in range(len(parents)):
        path: list[int] = []
        number = begin
        while number != _NOBODY and seen[number] == 0:
            seen[number] = begin + 1
            path.append(number)
            number = parents[number][0]
        if number != _NOBODY and seen[number] == begin + 1:
            earliest = min(path[path.index(number) :])
            parents[earliest] = (_NOBODY, Follows.CIRCLE)
            cut.add(earliest)
    return frozenset(cut)
