"""The bike shop: 293 products, and 3,266 orders of individual customers in six countries."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from contracts.messages.customers import Customer
from contracts.messages.orders import ItemSubmitted, OrderSubmitted
from contracts.values.places import Address
from demo.sample.files import rows
from demo.sample.orders import SampleOrder, contract_length, working_hour
from demo.sample.rates import BY_CODE

SOURCE: Final = "/shops/bikes"


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its list price in US dollars."""

    sku: str
    model: str
    name: str
    list_price: Decimal


def products() -> tuple[Product, ...]:
    """All products, in the order of the data."""
    return tuple(
        Product(row["sku"], row["model"], row["name"], Decimal(row["list_price"])) for row in rows("bikes/products.csv")
    )


def orders() -> tuple[SampleOrder, ...]:
    """All orders, in the order of the data. Items have no id of their own: their position counts."""
    customers = {row["customer_id"]: row for row in rows("bikes/customers.csv")}
    lines: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for line in rows("bikes/order_lines.csv"):
        lines[line["order_number"]].append(line)
    return tuple(
        _order(row, customers[row["customer_id"]], sorted(lines[row["order_number"]], key=_position))
        for row in rows("bikes/orders.csv")
    )


def _position(line: Mapping[str, str]) -> int:
    return int(line["line"])


def _order(row: Mapping[str, str], customer: Mapping[str, str], lines: list[Mapping[str, str]]) -> SampleOrder:
    order_id = row["order_number"]
    body = OrderSubmitted(
        order_id=order_id,
        customer=Customer(
            id=customer["customer_id"],
            email=customer["email"],
            first_name=customer["first_name"],
            last_name=customer["last_name"],
            phone=customer["phone"] or None,
            type="individual",
        ),
        billing_address=Address(
            street=customer["street"],
            street2=customer["street2"] or None,
            city=customer["city"],
            region=customer["state"] or None,
            postal_code=customer["postal_code"],
            country=customer["country"],
        ),
        items=tuple(
            ItemSubmitted(
                sku=line["sku"],
                months=contract_length(order_id, line["line"]),
                quantity=int(line["quantity"]),
            )
            for line in lines
        ),
        currency=BY_CODE[customer["country"]].currency,
    )
    return SampleOrder(body, SOURCE, working_hour(date.fromisoformat(row["order_date"]), order_id))
