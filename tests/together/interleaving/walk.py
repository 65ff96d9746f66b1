"""Every interleaving of a scene, walked through: arrivals of requests, deliveries between services, late duplicates.

Requests arrive at any moment and in any order, since their senders differ; a channel between two services keeps its
order, nothing else does. One message of those that were ever sent may come once more, at any moment: a request as the
same record elsewhere in the log, anything else behind whatever its channel holds. One message between services may be
late: set aside, as the dead letters do, and put back behind its channel at any moment. So many records of one service
may make a batch. Nothing is sampled: states that were reached before are not walked again, but all ways to them count.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from tests.together.interleaving.machine import Machine, Told, Wire

T = TypeVar("T")
Answer = tuple[str, str]
"""Whose request, and what became of it: the fact's name, or the codes of the refusal."""


class State(NamedTuple):
    """Where everything stands between two steps.

    ``kept`` by service, ``queues`` by service and channel, ``todo`` the requests that are still to come (one bit each),
    ``spare`` the duplicates left, ``sent`` what may come again, ``twice`` the requests that did, ``late`` how many may
    still be set aside, ``aside`` what is, ``spoken`` the last version of each chain.
    """

    kept: tuple[int, ...]
    queues: tuple[tuple[tuple[str, tuple[int, ...]], ...], ...]
    todo: int
    spare: int
    sent: frozenset[int]
    twice: tuple[str, ...] = ()
    late: int = 0
    aside: tuple[tuple[int, int], ...] = ()
    answers: tuple[Answer, ...] = ()
    spoken: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """A request of a scene: its record, the same record again elsewhere, its name (which is its id)."""

    name: str
    service: int
    wire: int
    again: int


@dataclass
class Walked:
    """What a walk found. ``outcomes`` counts the interleavings that end with these answers."""

    states: int = 0
    steps: int = 0
    interleavings: int = 0
    rests: int = 0
    outcomes: Counter[tuple[Answer, ...]] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Freedom:
    """How many records may make a batch, how many messages may come again, how many may be late."""

    together: int = 1
    again: int = 1
    late: int = 0

    def __str__(self) -> str:
        """In a table."""
        words = [f"{self.again} again"] if self.again else []
        words += [f"{self.late} late"] if self.late else []
        words += [f"batches of {self.together}"] if self.together > 1 else []
        return ", ".join(words) or "plain"


Judge = Callable[[Machine, State], Iterable[str]]
Answering = Callable[[Told], str | None]


class Walk:
    """One scene over a machine. ``answering`` tells what a record means to the sender of its cause, if anything."""

    def __init__(self, machine: Machine, asking: Sequence[Asking], answering: Answering) -> None:
        self.machine = machine
        self.asking = tuple(asking)
        self._answering = answering
        self._again = {ask.wire: ask for ask in asking}
        self._names = {ask.name for ask in asking}
        self._together = 1

    def walked(self, kept: tuple[int, ...], judge: Judge, freedom: Freedom, most: int = 5_000_000) -> Walked:
        """The whole graph from its start. Raises AssertionError beyond ``most`` states."""
        todo = (1 << len(self.asking)) - 1
        start = State(kept, ((),) * len(kept), todo, freedom.again, frozenset(), late=freedom.late)
        self._together = freedom.together
        found = Walked()
        order, following = self._graph(start, found, most)
        ways: Counter[State] = Counter({start: 1})
        for state in reversed(order):
            for after in following[state]:
                ways[after] += ways[state]
            if not (state.todo or state.aside or any(state.queues)):
                found.rests += 1
                found.interleavings += ways[state]
                found.outcomes[state.answers] += ways[state]
                found.wrong.update(set(judge(self.machine, state)))
        found.states = len(order)
        return found

    def _graph(self, start: State, found: Walked, most: int) -> tuple[list[State], dict[State, list[State]]]:
        """All states, each behind all that follow from it, and what follows from each."""
        order: list[State] = []
        following: dict[State, list[State]] = {start: list(self._after(start, found))}
        stack = [(start, iter(following[start]))]
        while stack:
            state, rest = stack[-1]
            for after in rest:
                if after not in following:
                    assert len(following) < most, "too many states"
                    following[after] = list(self._after(after, found))
                    stack.append((after, iter(following[after])))
                    break
            else:
                order.append(state)
                stack.pop()
        return order, following

    def _after(self, state: State, found: Walked) -> Iterator[State]:
        for place in range(len(state.kept)):
            for batch, taken in self._batches(state, place, self._together):
                found.steps += 1
                yield self._stepped(taken, place, batch, found)
        if state.spare:
            for wire in state.sent:
                if wire not in self._again:
                    yield self._queued(state._replace(spare=state.spare - 1, sent=frozenset()), (wire,))
        yield from self._delayed(state)

    def _delayed(self, state: State) -> Iterator[State]:
        for number, (place, wire) in enumerate(state.aside):
            left = state.aside[:number] + state.aside[number + 1 :]
            yield self._queued(state._replace(aside=left), (wire,), (place,))
        for place in range(len(state.kept) if state.late else 0):
            for wire, after in self._next(state, place, requests=False):
                yield after._replace(late=state.late - 1, aside=tuple(sorted((*state.aside, (place, wire)))))

    def _batches(self, state: State, place: int, most: int) -> Iterator[tuple[tuple[int, ...], State]]:
        """What the service may hear next in one go, with the state that this leaves behind."""
        for wire, taken in self._next(state, place):
            yield (wire,), taken
            if most > 1:
                for more, left in self._batches(taken, place, most - 1):
                    yield (wire, *more), left

    def _next(self, state: State, place: int, *, requests: bool = True) -> Iterator[tuple[int, State]]:
        for bit, ask in enumerate(self.asking):
            if not requests or ask.service != place:
                continue
            if state.todo & 1 << bit:
                sent = state.sent | {ask.wire} if state.spare else state.sent
                yield ask.wire, state._replace(todo=state.todo & ~(1 << bit), sent=sent)
            elif state.spare and ask.wire in state.sent:
                twice = (*state.twice, ask.name)
                yield ask.again, state._replace(spare=state.spare - 1, sent=frozenset(), twice=twice)
        queues = state.queues[place]
        for number, (channel, waiting) in enumerate(queues):
            left = ((channel, waiting[1:]),) if len(waiting) > 1 else ()
            after = (*queues[:number], *left, *queues[number + 1 :])
            yield waiting[0], state._replace(queues=_put(state.queues, place, after))

    def _stepped(self, state: State, place: int, batch: tuple[int, ...], found: Walked) -> State:
        kept, said = self.machine.hears(place, state.kept[place], batch)
        state = state._replace(kept=_put(state.kept, place, kept))
        return self._queued(self._noted(state, said, found), said) if said else state

    def _noted(self, state: State, said: tuple[int, ...], found: Walked) -> State:
        answers, spoken = list(state.answers), dict(state.spoken)
        for wire in said:
            told = self.machine.told(wire)
            outcome = self._answering(told) if told.cause[1] in self._names else None
            if outcome is not None:
                answers.append((told.cause[1], outcome))
            chain, at, version = told.id.partition("@")
            if at and "version" in told.data:
                chain = f"{told.source} {chain}"
                if int(version) != spoken.get(chain, 0) + 1:
                    found.wrong[f"{chain}: version {version} after {spoken.get(chain, 0)}"] += 1
                spoken[chain] = int(version)
        return state._replace(answers=tuple(sorted(answers)), spoken=tuple(sorted(spoken.items())))

    def _queued(self, state: State, said: tuple[int, ...], only: tuple[int, ...] = ()) -> State:
        queues = state.queues
        for wire in said:
            topic = self.machine.topic(wire)
            for place in only or self.machine.readers(wire):
                mine = dict(queues[place])
                mine[topic] = (*mine.get(topic, ()), wire)
                queues = _put(queues, place, tuple(sorted(mine.items())))
                if state.spare:
                    state = state._replace(sent=state.sent | {wire})
        return state._replace(queues=queues)


def _put(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])


def asked(machine: Machine, requests: Sequence[tuple[str, str, bytes]]) -> tuple[Asking, ...]:
    """The requests (name, topic, value) of a scene, each with a place of its own in the log, and another for again."""
    found = []
    for number, (name, topic, value) in enumerate(requests):
        wire = machine.wire(Wire(topic, value, offset=number))
        again = machine.wire(Wire(topic, value, offset=1000 + number))
        (service,) = machine.readers(wire)
        found.append(Asking(name, service, wire, again))
    return tuple(found)
