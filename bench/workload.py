"""What every contestant is fed: orders of individuals with 4.3 units each, and one scan for each of their items."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from contracts.messages.catalog import Price, VariantSubmitted
from contracts.messages.customers import Customer
from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.orders import ItemSubmitted, OrderSubmitted
from contracts.values.places import Address
from contracts.values.words import LENGTHS
from contracts.wire.encoding import encoded
from contracts.wire.message import Body

NOON: Final = datetime(2018, 6, 1, 12, tzinfo=UTC)
VARIANTS: Final = 40
QUANTITIES: Final = ((1, 1), (2, 1), (1, 2, 1), (4, 2), (3, 1), (2, 2, 2), (5, 1), (1, 1), (6, 2), (1, 2))
"""Units of the items of ten orders: 43."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A record to publish."""

    topic: str
    key: bytes
    value: bytes


def catalog() -> list[Sent]:
    """Every variant with its prices."""
    prices = tuple(Price(months=months, currency="EUR", amount=5000 - 50 * months) for months in LENGTHS)
    return [
        _sent(VariantSubmitted(sku=f"BIKE-{n}", product_name="Bike", variant_name=f"Size {n}", prices=prices), f"v{n}")
        for n in range(VARIANTS)
    ]


def orders(count: int, prefix: str) -> Iterator[tuple[Sent, list[Sent], int]]:
    """Each order with its scans and its number of units."""
    for n in range(count):
        order_id, quantities = f"{prefix}{n}", QUANTITIES[n % len(QUANTITIES)]
        items = tuple(
            ItemSubmitted(sku=f"BIKE-{(n * 7 + i) % VARIANTS}", months=LENGTHS[(n + i) % 4], quantity=quantity)
            for i, quantity in enumerate(quantities)
        )
        order = OrderSubmitted(
            order_id=order_id,
            customer=Customer(
                id=f"c-{order_id}",
                email=f"{order_id}@bench.example",
                first_name="Ada",
                last_name="Byron",
                type="individual",
            ),
            billing_address=Address(street="1 Main Street", city="Berlin", postal_code="10115", country="DE"),
            items=items,
            currency="EUR",
        )
        scans = [
            _sent(
                ItemFulfillmentRequested(
                    order_id=order_id, item_id=str(i + 1), serials=tuple(f"{order_id}-{i}-{u}" for u in range(quantity))
                ),
                f"s-{order_id}-{i}",
            )
            for i, quantity in enumerate(quantities)
        ]
        yield _sent(order, f"o-{order_id}"), scans, sum(quantities)


def _sent(body: Body, id_: str) -> Sent:
    return Sent(body.topic, body.subjects()[0].encode(), encoded(body, id=id_, source="bench", time=NOON))
