"""What the world outside sends: requests of all kinds, by tidy and untidy clients, twice, wrong, and unreadable.

Keeps its own record of everything, by which the checker judges.
"""

import json
from collections import Counter
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from services.engine.lanes import home
from services.engine.memory.log import MemoryLog
from services.engine.record import Place
from tests.engine.simulation.tally import INTERNAL, REQUESTS

SOME = (
    b'{"specversion":"1.0","id":"stray","source":"nobody","type":"leaseline.tally.AddRequested.v1",'
    b'"data":{"counter":"?","amount":#}}'
)
HUGE = SOME.replace(b"#", b"5" + b" " * 1_200_000)
KINDS = {
    "AddRequested": 30,
    "SpendRequested": 15,
    "TokenRequested": 20,
    "TransferRequested": 15,
    "StepsRequested": 8,
    "broken": 3,
    "huge": 2,
}
"""What is asked, and how often of a hundred."""
POISON: tuple[tuple[str, bytes | None], ...] = (
    ("not_json", b"{"),
    ("null_value", None),
    ("not_an_envelope", b"[]"),
    ("unknown_type", b'{"specversion":"1.0","id":"p","source":"s","type":"leaseline.tally.Nothing.v1","data":{}}'),
    ("no_subject", b'{"specversion":"1.0","id":"p","source":"s","type":"leaseline.tally.AddRequested.v1","data":{}}'),
    ("not_json", b'{"specversion":"1.0","id":"p","source":"s","type":"x","data":{"a":"\\ud800"}}'),
    ("too_large", None),
    ("no_home", SOME.replace(b"#", b"5")),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A record that was sent: where it stands, under which identity, with which content. ``poison``: its reason."""

    place: Place
    offset: int
    source: str = ""
    id: str = ""
    name: str = ""
    data: str = ""
    counter: str = ""
    poison: str | None = None
    unstorable: bool = False

    @property
    def address(self) -> str:
        """As the engine writes it."""
        return f"{self.place[0]}/{self.place[1]}/{self.offset}"


class Workload:
    """Sends one record after the other."""

    def __init__(self, random: Random, log: MemoryLog, lanes: int) -> None:
        self.asked: list[Asked] = []
        self.untidy: Counter[str] = Counter()
        self._random = random
        self._log = log
        self._lanes = lanes
        self._counters = [f"c{n}" for n in range(random.randint(2, 6))]
        self._tokens = [f"t{'t' * (n % 2)}{n}" for n in range(random.randint(1, 3))]
        self._numbers = {"scanner": 0, "shop": 0}
        self._untidy = random.choice((0.0, 0.2, 0.5, 1.0))
        self._keyless = random.choice((0.0, 0.2, 1.0))
        self._twice = random.choice((0.0, 0.05, 0.15))
        self._wrong = random.choice((0.0, 0.05, 0.1))

    def send(self) -> None:
        """One more."""
        luck = self._random.random()
        sent = [asked for asked in self.asked if asked.poison is None]
        if luck < self._wrong:
            self._poison()
        elif sent and luck < self._wrong + self._twice:
            self._again(self._random.choice(sent[-8:] if self._random.random() < 0.7 else sent))
        else:
            self._new()

    def replayed(self, place: Place, was: int, now: int) -> None:
        """Notes that a record was sent again from the dead letters."""
        self.untidy["sent.from_dead_letters"] += 1
        self.asked += [
            replace(asked, offset=now) for asked in self.asked if asked.place == place and asked.offset == was
        ]

    def _poison(self) -> None:
        reason, value = self._random.choice(POISON)
        self.untidy[f"sent.{reason}"] += 1
        place = (REQUESTS, self._random.randrange(self._lanes))
        if reason == "too_large":
            value = HUGE.replace(b"?", self._random.choice(self._counters).encode(), 1)
        if reason == "no_home":  # somebody replayed into the internal topic, where nobody else may write
            counter = self._random.choice(self._counters)
            if self._lanes == 1:
                return
            place = (INTERNAL, (home(counter, self._lanes) + 1) % self._lanes)
            value = (value or b"").replace(b"?", counter.encode(), 1)
        self.asked.append(Asked(place, self._log.append(place, b"x", value), poison=reason))

    def _new(self) -> None:
        source = self._random.choice(("scanner", "shop"))
        self._numbers[source] += 1
        counter = self._random.choice(self._counters)
        name, data, unstorable = self._content(counter)
        self._out(source, str(self._numbers[source]), name, data, counter, unstorable=unstorable)

    def _again(self, was: Asked) -> None:
        name, data, unstorable = was.name, json.loads(was.data), was.unstorable
        self.untidy["sent.twice"] += 1
        if self._random.random() < 0.2:
            self.untidy["sent.id_reused"] += 1
            name, data, unstorable = self._content(was.counter)
        self._out(was.source, was.id, name, data, was.counter, unstorable=unstorable)

    def _content(self, counter: str) -> tuple[str, dict[str, Any], bool]:
        data: dict[str, Any] = {"counter": counter}
        amount = self._random.randint(1, 9)
        name = self._random.choices(tuple(KINDS), tuple(KINDS.values()))[0]
        if name == "TokenRequested":
            data |= {"token": self._random.choice(self._tokens), "give_back": self._random.random() < 0.4}
        elif name == "TransferRequested":
            data |= {"to": self._random.choice(self._counters), "amount": amount}
        elif name == "StepsRequested":
            data |= {"steps": self._random.randint(1, 4)}
        elif name == "broken":
            name, data = "AddRequested", data | {"amount": -1}
        elif name == "huge":
            self.untidy["sent.cannot_be_stored"] += 1
            return "AddRequested", data | {"amount": amount, "note": 2**70}, True
        else:
            data |= {"amount": amount}
        return name, data, False

    def _out(self, source: str, id_: str, name: str, data: dict[str, Any], counter: str, *, unstorable: bool) -> None:
        head = {"specversion": "1.0", "type": f"leaseline.tally.{name}.v1", "source": source, "id": id_}
        lane, key = home(counter, self._lanes), counter.encode()
        if self._random.random() < self._untidy:
            keyless = self._random.random() < self._keyless
            lane = self._random.randrange(self._lanes) if keyless else (sum(key) + 1) % self._lanes
            key = b"" if keyless else key
            self.untidy["sent.without_key" if keyless else "sent.foreign_partitioner"] += 1
        forged: tuple[tuple[str, bytes | None], ...] = ()
        if self._random.random() < 0.05:
            self.untidy["sent.forged_origin"] += 1
            forged = (("leaseline-origin", b"tally.requests|0|0|999999|1"), ("leaseline-recorded", b"1"), ("x", None))
        place = (REQUESTS, lane)
        offset = self._log.append(place, key or None, json.dumps({**head, "data": data}).encode(), forged)
        content = json.dumps(data, sort_keys=True)
        self.asked.append(Asked(place, offset, source, id_, name, content, counter, unstorable=unstorable))
