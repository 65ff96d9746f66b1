"""The world outside: senders of all kinds, tidy and untidy, that say things twice, wrong, and unreadable.

Keeps its own record of everything that was sent, by which a checker judges. What is asked is a workload's own.
"""

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, ClassVar

from services.engine.core.lanes import home
from services.engine.core.record import Place
from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.log import MemoryLog
from tests.engine.simulation.traces import sent_with, valid


@dataclass(frozen=True, slots=True)
class Content:
    """What is asked: a message's topic and type, its data, whom it is about. ``unstorable``: no store can hold it.
    ``undecidable``: a hook of the service raises at it, always.
    """

    topic: str
    service: str
    name: str
    data: Mapping[str, Any]
    subject: str
    unstorable: bool = False
    undecidable: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A record that was sent: where it stands, under which identity, with which content. ``poison``: its reason."""

    place: Place
    offset: int
    source: str = ""
    id: str = ""
    content: Content | None = None
    poison: str | None = None
    trace: str = ""

    @property
    def address(self) -> str:
        """As the engine writes it."""
        return f"{self.place[0]}/{self.place[1]}/{self.offset}"

    @property
    def letter(self) -> str | None:
        """The reason under which it must be among the dead letters; None if it may not be there."""
        if self.content is not None and self.content.undecidable:
            return "cannot_be_decided"
        unstorable = self.content is not None and self.content.unstorable
        return self.poison or ("cannot_be_stored" if unstorable else None)

    @property
    def what(self) -> Content:
        """The content of what is no poison."""
        assert self.content is not None
        return self.content


class Outside(ABC):
    """Sends one record after the other. ``clock`` is the broker's: a workload may let its days pass."""

    sources: ClassVar[tuple[str, ...]] = ("scanner", "shop")

    def __init__(self, random: Random, log: MemoryLog, lanes: int, clock: MemoryClock) -> None:
        self.asked: list[Asked] = []
        self.untidy: Counter[str] = Counter()
        self.random = random
        self.log = log
        self.lanes = lanes
        self.clock = clock
        self._numbers: Counter[str] = Counter()
        self._untidy = random.choice((0.0, 0.2, 0.5, 1.0))
        self._keyless = random.choice((0.0, 0.2, 1.0))
        self._twice = random.choice((0.0, 0.05, 0.15))
        self._wrong = random.choice((0.0, 0.05, 0.1))

    @abstractmethod
    def content(self) -> Content:
        """Something to ask."""

    @abstractmethod
    def instead(self, of: Content) -> Content:
        """Something else to ask, about the same subject: what comes under an id that was used before."""

    @abstractmethod
    def poison(self) -> None:
        """Sends what nobody can read or decide."""

    def attributes(self) -> Mapping[str, Any]:
        """Attributes of the envelope beside those that must be there."""
        return {}

    def close(self, _round: int) -> bool:
        """Called when all is quiet, round by round: sends what ends the story; False when there is nothing more."""
        return False

    def send(self) -> None:
        """One more."""
        luck = self.random.random()
        sent = [asked for asked in self.asked if asked.poison is None]
        if luck < self._wrong:
            self.poison()
        elif sent and luck < self._wrong + self._twice:
            self._again(self.random.choice(sent[-8:] if self.random.random() < 0.7 else sent))
        else:
            source = self.random.choice(self.sources)
            self.ask(source, self.content())

    def ask(self, source: str, content: Content) -> None:
        """Sends it under the sender's next number."""
        self._numbers[source] += 1
        self._out(source, str(self._numbers[source]), content)

    def replayed(self, place: Place, was: int, now: int) -> None:
        """Notes that a record was sent again from the dead letters."""
        self.untidy["sent.from_dead_letters"] += 1
        self.asked += [
            replace(asked, offset=now) for asked in self.asked if asked.place == place and asked.offset == was
        ]

    def _again(self, was: Asked) -> None:
        content = replace(was.what, data=json.loads(json.dumps(was.what.data, sort_keys=True)))  # in another order
        self.untidy["sent.twice"] += 1
        if self.random.random() < 0.2:
            self.untidy["sent.id_reused"] += 1
            content = self.instead(content)
        self._out(was.source, was.id, content)

    def _out(self, source: str, id_: str, content: Content) -> None:
        type_ = f"leaseline.{content.service}.{content.name}.v1"
        head = {"specversion": "1.0", "type": type_, "source": source, "id": id_, **self.attributes()}
        trace = sent_with(source, id_, len(self.asked))
        if trace is not None:
            head["traceparent"] = trace
        lane, key = home(content.subject, self.lanes), content.subject.encode()
        if self.random.random() < self._untidy:
            keyless = self.random.random() < self._keyless
            lane = self.random.randrange(self.lanes) if keyless else (sum(key) + 1) % self.lanes
            key = b"" if keyless else key
            self.untidy["sent.without_key" if keyless else "sent.foreign_partitioner"] += 1
        forged: tuple[tuple[str, bytes | None], ...] = ()
        if self.random.random() < 0.05:
            self.untidy["sent.forged_origin"] += 1
            origin = f"{content.topic}|0|0|999999|1".encode()
            forged = (("leaseline-origin", origin), ("leaseline-recorded", b"1"), ("x", None))
        place = (content.topic, lane)
        offset = self.log.append(place, key or None, json.dumps({**head, "data": content.data}).encode(), forged)
        self.asked.append(Asked(place, offset, source, id_, content, trace=valid(trace)))
