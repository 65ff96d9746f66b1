"""A seeded story: orders and everything that can happen to them, tidily and untidily, twice, wrong, unreadable."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, ClassVar

from contracts.registry import MESSAGES
from services.billing.service import billing
from services.engine.core.lanes import home
from services.fulfillment.service import fulfillment
from services.orders.service import orders
from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.log import MemoryLog
from tests.engine.simulation.outside import Asked, Content, Outside
from tests.together.simulation import story
from tests.together.simulation.story import DAY, StoryClock
from tests.together.simulation.wishes import BY_NAME, OF_AN_ORDER, WHO, WISHES, Situation, Wish

STRAY = b'{"specversion":"1.0","id":"stray","source":"nobody","type":"leaseline.%s.%s.v1","data":%s}'
POISON: tuple[tuple[str, bytes | None], ...] = (
    ("not_json", b"{"),
    ("null_value", None),
    ("not_an_envelope", b"[]"),
    ("unknown_type", STRAY % (b"orders", b"Nothing", b"{}")),
    ("wrong_topic", STRAY % (b"orders", b"OrderPlaced", b"{}")),
    ("too_large", None),
    ("no_home", None),
)
READ = {model.__name__ for service in (orders(), fulfillment(), billing()) for model in service.reads}
KNOWN = [wish for wish in WISHES if wish.name in READ]
TOPICS = sorted({wish.topic for wish in KNOWN})
MINUTES = 60_000
TICK = 11 * MINUTES
TICKS = 10
"""At most so many ticks in a story, so that nothing is forgotten before its end."""


class Shop(Outside):
    """``only``: the wishes that come up, by name; others are as if nobody knew of them."""

    sources: ClassVar[tuple[str, ...]] = ("scanner", "shop", "clerk")

    def __init__(self, random: Random, log: MemoryLog, lanes: int, clock: MemoryClock) -> None:
        assert isinstance(clock, StoryClock)
        self._story = clock
        self._orders = [f"o-{n}" for n in range(random.randint(2, 6))]
        self._ticks = 0
        self._closing = False
        super().__init__(random, log, lanes, clock)
        self._catalog(story.PRICES)

    def send(self) -> None:
        """One more; now and then a month passes, or a minute."""
        luck = self.random.random()
        if luck < 0.03:
            self._story.passes(self.random.randint(1, 40) * DAY)
            self.untidy["time.passed"] += 1
        elif luck < 0.09 and self._ticks < TICKS:
            self._tick()
        else:
            super().send()

    def content(self) -> Content:
        """A wish about one of a few orders, or what else there is."""
        return self._wish(KNOWN, self.random.choice(self._orders))

    def instead(self, of: Content) -> Content:
        """Another wish about the same order; for the rest the same wish with another word in it."""
        if of.subject in self._orders:
            return self._wish([w for w in KNOWN if w.topic == of.topic and w.name in OF_AN_ORDER], of.subject)
        word = "product_name" if of.name == "VariantSubmitted" else "actor"
        return replace(of, data={**of.data, word: "Mallory"})

    def _wish(self, wishes: Sequence[Wish], order_id: str) -> Content:
        wish = self.random.choices(wishes, [wish.often for wish in wishes])[0]
        data = wish.made(Situation(self.random, self.log, self._story, order_id))
        if self.random.random() < 0.02:
            data = {name: value for name, value in data.items() if name not in ("actor", "items", "serials")}
        return _content(wish, data)

    def attributes(self) -> Mapping[str, Any]:
        """Mostly with a time; now and then one that nobody believes, or that is long past.

        At the close no clock is wrong: prices of 1970 would be superseded, and what waits for a price would wait on.
        """
        luck = self.random.random()
        if luck < 0.2:
            return {}
        if luck < 0.25 and not self._closing:
            return {"time": self.random.choice(("1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"))}
        return {"time": self._story.today().isoformat()}

    def poison(self) -> None:
        """Sends what nobody can read or decide."""
        reason, value = self.random.choice(POISON)
        topic, lane = self.random.choice(TOPICS), self.random.randrange(self.lanes)
        if reason == "too_large":
            value = STRAY % (b"orders", b"NoteSubmitted", b'{"text":"%s"}' % (b"x" * 600_000))
        if reason == "wrong_topic":
            topic = "fulfillment.requests"  # its reader knows the type, from elsewhere
        if reason == "no_home":
            if self.lanes == 1:
                return
            order_id = self.random.choice(self._orders)
            data = json.dumps({"order_id": order_id, **WHO}).encode()
            value = STRAY % (b"orders", b"OrderConfirmationRequested", data)
            topic, lane = "orders.internal", (home(order_id, self.lanes) + 1) % self.lanes
        self.untidy[f"sent.{reason}"] += 1
        self.asked.append(Asked((topic, lane), self.log.append((topic, lane), b"x", value), poison=reason))

    def close(self, number: int) -> bool:
        """Every hold is released, all that waits has waited long enough, contracts end, everything is invoiced."""
        self._closing = True
        if number == 0:
            self._story.passes(400 * DAY)
            self._catalog(story.LATER | story.LATE)
        elif number in (1, 2):
            for order_id in self._orders:
                self._ask("HoldReleaseRequested", {"order_id": order_id, "price": "catalog", **WHO})
        elif number == 3:
            for _ in range(TICKS + 5):
                self._tick()
        elif number in (4, 5, 6):
            if number == 6:
                self._story.passes(32 * DAY)
            period, today = story.last_month(self._story), story.day(self._story, 0)
            self._ask("BillingRunRequested", {"period": period, "as_of": today, "actor": "Grace"})
        return number < 7

    def _ask(self, name: str, data: dict[str, Any]) -> None:
        if name in READ:
            self.ask("clerk", _content(BY_NAME[name], data))

    def _catalog(self, prices: Mapping[str, dict[int, int]]) -> None:
        for sku, listed in prices.items():
            self._ask("VariantSubmitted", story.offered(sku, listed))

    def _tick(self) -> None:
        """What each worker does once a minute for the lanes that it owns."""
        self._ticks += 1
        self._story.passes(TICK)
        as_of = self._story.today().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for lane in range(self.lanes):
            head = {"specversion": "1.0", "source": "leaseline/orders", "id": f"tick {self._ticks} {lane}"}
            tick = {**head, "type": "leaseline.orders.ClockTicked.v1", "subject": f"lane:{lane}", "time": as_of}
            value = json.dumps({**tick, "data": {"lane": lane, "as_of": as_of}}).encode()
            self.log.append(("orders.internal", lane), f"lane:{lane}".encode(), value)


def _content(wish: Wish, data: dict[str, Any]) -> Content:
    (subject,) = MESSAGES[f"leaseline.{wish.service}.{wish.name}.v1"].subjects_of(data)
    return Content(wish.topic, wish.service, wish.name, data, subject)
