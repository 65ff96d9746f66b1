"""What people may want in the simulated shop: each wish is a message's data, made up from what the log tells them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.log import MemoryLog

Data = dict[str, Any]
PRICES = {"CLOCK": {12: 1000, 6: 1100}, "CHAIR": {12: 2500}}
"""What the catalog offers at first: a chair for six months has no price yet."""
LATER = {"CLOCK": {12: 1200, 6: 1300}, "CHAIR": {12: 2400, 6: 2600}}
LATE = {"LAMP": {12: 700, 6: 800}}
"""What the catalog has only in the end: orders of it wait till then."""
NEVER = "GHOST"
"""What the catalog never has."""
ADDRESS = {"street": "Canal 1", "city": "Utrecht", "postal_code": "3511", "country": "NL"}
OTHER = {"street": "Harbour 2", "city": "Rotterdam", "postal_code": "3011", "country": "NL"}
PEOPLE: tuple[Data, ...] = (
    {"id": "ada", "email": "ada@example.com", "first_name": "Ada", "last_name": "King", "type": "individual"},
    {
        "id": "acme",
        "email": "office@acme.example",
        "first_name": "Wile",
        "last_name": "Coyote",
        "type": "business",
        "company_name": "Acme",
    },
    {
        "id": "umbra",
        "email": "office@umbra.example",
        "first_name": "Alice",
        "last_name": "Marcus",
        "type": "business",
        "company_name": "Umbra",
    },
)
GROUPS = ("north", "south")
DAY = 86_400_000


class StoryClock(MemoryClock):
    """The broker's clock in a story in which days pass, whatever the weather does to it."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self._passed = 0

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return super().now() + self._passed

    def passes(self, milliseconds: int) -> None:
        """So much later."""
        self._passed += milliseconds

    def today(self) -> datetime:
        """As people read it."""
        return datetime.fromtimestamp(self.now() // 1000, UTC)


@dataclass(frozen=True, slots=True)
class Seen:
    """A subscription as somebody last read of it."""

    id: str
    serial: str
    sku: str
    ends_before: str


def subscriptions(log: MemoryLog) -> list[Seen]:
    """Every state of a subscription that was ever said; the newest of each partition last."""
    found = []
    for place in log.places():
        if place[0] == "subscriptions.events":
            for record in log.read(place, 0, 1_000_000):
                told = json.loads(record.value or b"")["data"]["subscription"]
                found.append(Seen(told["subscription_id"], told["serial"], told["sku"], told["ends_before"]))
    return found


def offered(sku: str, prices: dict[int, int]) -> Data:
    """A variant with its prices."""
    listed = [{"months": months, "currency": "EUR", "amount": amount} for months, amount in prices.items()]
    return {"sku": sku, "product_name": sku.title(), "variant_name": "Red", "prices": listed}


def order(random: Random, order_id: str) -> Data:
    """An order as a shop sends it; most of it is the same whenever the id is."""
    steady = Random(order_id) if random.random() < 0.8 else random
    customer = steady.choice(PEOPLE)
    data: Data = {
        "order_id": order_id,
        "customer": customer,
        "billing_address": ADDRESS,
        "currency": "EUR",
        "items": [_item(steady) for _ in range(steady.choice((1, 1, 2)))],
        "test": steady.random() < 0.1,
        "confirmed": steady.random() < 0.2,
    }
    if steady.random() < 0.15:
        data["notes"] = [{"text": "Ring twice", "author": "Ada"}]
    if customer["type"] == "business" or steady.random() < 0.03:
        if steady.random() < 0.5:
            data["group"] = {"id": steady.choice(GROUPS)}
        if steady.random() < 0.4:
            data["term"] = steady.choice(("net_7", "net_30"))
    return data


def _item(random: Random) -> Data:
    sku = random.choice(("CLOCK", "CLOCK", "CHAIR"))
    if random.random() < 0.06:
        sku = random.choice((*LATE, NEVER))
    item: Data = {"sku": sku, "months": random.choice((12, 12, 6)), "quantity": random.randint(1, 3)}
    if random.random() < 0.12:
        item["quoted_price"] = {"amount": random.choice((1000, 990)), "currency": "EUR"}
    return item


def amendment(random: Random, order_id: str) -> Data:
    """Some of contact, billing data and items, changed."""
    data: Data = {"order_id": order_id, "actor": "Grace"}
    if random.random() < 0.3:
        data["contact"] = {"last_name": random.choice(("King", "Lovelace"))}
    if random.random() < 0.3:
        data["billing"] = random.choice(({"group": {"id": random.choice(GROUPS)}}, {"billing_address": OTHER}))
    if random.random() < 0.6:
        data["items"] = random.choice(
            (
                {"change": [{"item_id": "1", "quantity": random.randint(1, 4)}]},
                {"change": [{"item_id": "1", "sku": "CHAIR"}]},
                {"add": [_item(random)]},
                {"remove": [random.choice(("1", "2"))]},
            )
        )
    if random.random() < 0.2:
        data["expected_version"] = random.randint(1, 5)
    return data


def day(clock: StoryClock, ahead: int) -> str:
    """A civil date so many days from today."""
    return (clock.today().date() + timedelta(days=ahead)).isoformat()


def last_month(clock: StoryClock) -> str:
    """The calendar month before this one."""
    return (clock.today().date().replace(day=1) - timedelta(days=1)).isoformat()[:7]
