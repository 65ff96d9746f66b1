"""Orders in any number, as the service would keep them: names, companies and goods of which some are common."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from contracts.messages.customers import Customer
from contracts.messages.orders import ItemSubmitted, OrderSubmitted
from contracts.values.places import Address
from services.engine.core.document import replace
from services.engine.core.memory import Processed
from services.orders.documents.order import PlacedOrder
from services.orders.documents.party import Group
from services.orders.documents.variant import Variant
from services.orders.rules.placing import place
from services.orders.settings import Settings

BEGIN: Final = datetime(2022, 1, 1, tzinfo=UTC)
FIRST: Final = (
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Felix",
    "Greta",
    "Hugo",
    "Ida",
    "Jonas",
    "Klara",
    "Lukas",
    "Marie",
    "Noah",
    "Olga",
    "Paul",
    "Rosa",
    "Samuel",
    "Tilda",
    "Viktor",
    "Zoë",
    "Søren",
    "José",
    "Renée",
    "Bjørn",
    "Łukasz",
    "Ayşe",
    "Jürgen",
    "Ågot",
    "Mary",
)
SYLLABLES: Final = (
    "ber",
    "ner",
    "mül",
    "ler",
    "schmi",
    "dt",
    "ster",
    "mann",
    "hof",
    "wal",
    "ter",
    "kow",
    "ski",
    "sen",
    "son",
    "gar",
    "cia",
    "lo",
    "pez",
    "ros",
    "si",
    "nov",
)
GOODS: Final = ("Laptop", "Phone", "Tablet", "Camera", "Drone", "Projector", "Scooter", "Bike", "Helmet", "Monitor")
KINDS: Final = ("Air", "Pro", "Max", "Mini", "Plus", "Ultra", "Retro", "City", "Trail", "Studio")
STATUSES: Final = ("pending", "confirmed", "partial", "fulfilled", "cancelled")
WEIGHTS: Final = (2, 1, 2, 92, 3)


def surname(random: Random) -> str:
    """One of some ten thousand, a few of them common."""
    some = Random(int(random.paretovariate(0.7)) % 20_000)
    return "".join(some.choice(SYLLABLES) for _ in range(some.choice((2, 3, 3)))).title()


def goods(random: Random) -> str:
    """A product's name."""
    return f"{random.choice(GOODS)} {random.choice(KINDS)} {random.randint(1, 30)}"


def orders(count: int) -> Iterator[PlacedOrder]:
    """So many, a minute apart, of 0.5 customers each: one in five of a company."""
    random = Random(7)
    variant = Variant(
        version=1, since=BEGIN, product_name="", variant_name="", active=True, free=False, prices={"12:EUR": 1000}
    )
    pattern: dict[str, PlacedOrder] = {}
    for type_ in ("individual", "business"):
        body = OrderSubmitted(
            order_id="o",
            customer=Customer(id="c", email="a@b.example", first_name="A", last_name="B", type=type_, company_name="C"),
            billing_address=Address(street="1 Main Street", city="Berlin", postal_code="10115", country="DE"),
            items=(ItemSubmitted(sku="S", months=12, quantity=1), ItemSubmitted(sku="S", months=12, quantity=2)),
            currency="EUR",
        )
        pattern[type_] = place(
            body, at=BEGIN, clock_suspect=False, catalog={"S": variant}, record=None, known=(), settings=Settings()
        )
    for number in range(count):
        yield _order(pattern, number, count, random)


def _order(pattern: Mapping[str, PlacedOrder], number: int, count: int, random: Random) -> PlacedOrder:
    business = random.random() < 0.2
    order = pattern["business" if business else "individual"]
    person, company = random.randrange(max(1, count // 2)), random.randrange(2000)
    customer = replace(
        order.customer,
        id=f"c{person}",
        email=f"person{person}@company{company}.example" if business else f"mail{person}@shop.example",
        first_name=random.choice(FIRST),
        last_name=surname(random),
        company_name=f"{surname(random)} & {surname(random)}" if business else None,
    )
    items = tuple(replace(item, product_name=goods(random)) for item in order.items[: random.choice((1, 1, 2))])
    source = "/shops/small" if number % 5000 == 17 else "/shops/large"
    return replace(
        order,
        order_id=f"SO-{number:07}",
        customer=customer,
        payer=f"customer:c{person}",
        items=items,
        group=Group(id=f"g{company}") if business and company % 2 else None,
        status=random.choices(STATUSES, WEIGHTS)[0],
        channel="phone" if random.random() < 0.05 else "shop",
        placed_at=BEGIN + timedelta(minutes=number),
        serials=(f"SN{number:08}",),
        heard=(Processed(who=b"w" * 12, what=b"c" * 8, source=source, id="1", outcome="OrderPlaced"),),
    )
