"""What is asked of the tiny service."""

from random import Random
from typing import Any

from services.engine.core.lanes import home
from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.log import MemoryLog
from tests.engine.simulation.curses import CURSES
from tests.engine.simulation.outside import Asked, Content, Outside
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
    "cursed": 4,
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
    ("false_origin", SOME.replace(b"#", b"5")),
    ("unreadable_data", SOME.replace(b"AddRequested", b"StepDue").replace(b"#", b"5")),
)


class Workload(Outside):
    """Requests of all kinds about a few counters and tokens."""

    def __init__(self, random: Random, log: MemoryLog, lanes: int, clock: MemoryClock) -> None:
        self._counters = [f"c{n}" for n in range(random.randint(2, 6))]
        self._tokens = [f"t{'t' * (n % 2)}{n}" for n in range(random.randint(1, 3))]
        super().__init__(random, log, lanes, clock)

    def poison(self) -> None:
        """Sends what nobody can read or decide."""
        reason, value = self.random.choice(POISON)
        self.untidy[f"sent.{reason}"] += 1
        place = (REQUESTS, self.random.randrange(self.lanes))
        if reason == "too_large":
            value = HUGE.replace(b"?", self.random.choice(self._counters).encode(), 1)
        if reason == "unreadable_data":  # another version of ours said it
            place = (INTERNAL, place[1])
        if reason == "no_home":  # somebody replayed into the internal topic, where nobody else may write
            counter = self.random.choice(self._counters)
            if self.lanes == 1:
                return
            place = (INTERNAL, (home(counter, self.lanes) + 1) % self.lanes)
            value = (value or b"").replace(b"?", counter.encode(), 1)
        headers: tuple[tuple[str, bytes | None], ...] = ()
        if reason == "false_origin":  # it would set a mark that swallows whatever is passed on from there
            place = (INTERNAL, place[1])
            forged = self.random.choice(
                (f"{REQUESTS}|0|{self.random.randrange(self.lanes)}", f"{REQUESTS}|0|9", "x|0|0")
            )
            headers = (("leaseline-origin", f"{forged}|999999|1".encode()),)
        self.asked.append(Asked(place, self.log.append(place, b"x", value, headers), poison=reason))

    def content(self) -> Content:
        """Something to ask of a counter."""
        return self._about(self.random.choice(self._counters))

    def instead(self, of: Content) -> Content:
        """Something else to ask of the same counter."""
        return self._about(of.subject)

    def _about(self, counter: str) -> Content:
        data: dict[str, Any] = {"counter": counter}
        amount = self.random.randint(1, 9)
        name = self.random.choices(tuple(KINDS), tuple(KINDS.values()))[0]
        if name == "TokenRequested":
            data |= {"token": self.random.choice(self._tokens), "give_back": self.random.random() < 0.4}
        elif name == "TransferRequested":
            data |= {"to": self.random.choice(self._counters), "amount": amount}
        elif name == "StepsRequested":
            data |= {"steps": self.random.randint(1, 4)}
        elif name == "broken":
            name, data = "AddRequested", data | {"amount": -1}
        elif name == "huge":
            self.untidy["sent.cannot_be_stored"] += 1
            data |= {"amount": amount, "note": 2**70}
            return Content(REQUESTS, "tally", "AddRequested", data, counter, unstorable=True)
        elif name == "cursed":
            note, hook = self.random.choice(tuple(CURSES.items()))
            self.untidy[f"sent.cursed.{hook}"] += 1
            data |= {"amount": amount, "note": note}
            return Content(REQUESTS, "tally", "AddRequested", data, counter, undecidable=True)
        else:
            data |= {"amount": amount}
        return Content(REQUESTS, "tally", name, data, counter)
