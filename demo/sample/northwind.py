"""91 companies in 21 countries with 830 orders. Their products stand for bikes, their countries for billing groups."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from contracts.messages.customers import Customer, Group
from contracts.messages.orders import ItemSubmitted, OrderSubmitted
from contracts.values.places import Address
from contracts.values.words import TERMS
from demo.sample.bikes import products
from demo.sample.files import rows
from demo.sample.hashes import choice, drawn
from demo.sample.orders import BEGIN, END, SampleOrder, contract_length, working_hour
from demo.sample.rates import BY_NAME

SOURCE: Final = "/shops/northwind"
STAND_INS: Final = 40
"""So many bikes stand for the 77 products: two products 40 apart are the same bike."""


def bike_skus() -> tuple[str, ...]:
    """The bikes that stand for products: the first 40 by SKU."""
    bikes = sorted(product.sku for product in products() if product.sku.startswith("BK-"))
    return tuple(bikes[:STAND_INS])


def group(country: str) -> Group:
    """The billing group of all companies of a country, by the name that the data use."""
    found = BY_NAME[country]
    return Group(id=found.code, name=found.name)


def default_groups() -> Mapping[str, Group]:
    """Half of the companies, that never name their group in an order: it is set once as their default."""
    countries = {row["CustomerID"]: row["Country"] for row in rows("northwind/customers.csv")}
    silent = drawn(countries, len(countries) // 2, "default group")
    return {customer: group(countries[customer]) for customer in sorted(silent)}


def orders() -> tuple[SampleOrder, ...]:
    """All orders, in the order of the data. An item's id is the product's."""
    customers = {row["CustomerID"]: row for row in rows("northwind/customers.csv")}
    lines: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for line in rows("northwind/order_details.csv"):
        lines[line["OrderID"]].append(line)
    headers = rows("northwind/orders.csv")
    days = {row["OrderID"]: datetime.strptime(row["OrderDate"], "%m/%d/%Y").date() for row in headers}  # noqa: DTZ007  a day has no zone
    first, last = min(days.values()), max(days.values())
    silent, skus = default_groups(), bike_skus()
    return tuple(
        _order(
            row,
            customers[row["CustomerID"]],
            lines[row["OrderID"]],
            _scaled(days[row["OrderID"]], first, last),
            skus,
            names_group=row["CustomerID"] not in silent,
        )
        for row in headers
    )


def _scaled(day: date, first: date, last: date) -> date:
    return BEGIN + timedelta(days=(day - first).days * (END - BEGIN).days // (last - first).days)


def _order(
    row: Mapping[str, str],
    company: Mapping[str, str],
    lines: list[Mapping[str, str]],
    day: date,
    skus: tuple[str, ...],
    *,
    names_group: bool,
) -> SampleOrder:
    order_id, customer_id = row["OrderID"], company["CustomerID"]
    first_name, _, last_name = company["ContactName"].partition(" ")
    billing = _address(company, "Address", "City", "Region", "PostalCode", "Country")
    shipping = _address(row, "ShipAddress", "ShipCity", "ShipRegion", "ShipPostalCode", "ShipCountry")
    body = OrderSubmitted(
        order_id=order_id,
        customer=Customer(
            id=customer_id,
            email=f"{customer_id.lower()}@northwind.example",
            first_name=first_name,
            last_name=last_name,
            phone=company["Phone"] or None,
            type="business",
            company_name=company["CompanyName"],
        ),
        group=group(company["Country"]) if names_group else None,
        term=choice(TERMS, "term", customer_id),
        billing_address=billing,
        shipping_address=None if shipping == billing else shipping,
        items=tuple(
            ItemSubmitted(
                item_id=line["ProductID"],
                sku=skus[int(line["ProductID"]) % STAND_INS],
                months=contract_length(order_id, line["ProductID"]),
                quantity=int(line["Quantity"]),
            )
            for line in lines
        ),
        currency=BY_NAME[company["Country"]].currency,
        channel="phone",
    )
    return SampleOrder(body, SOURCE, working_hour(day, order_id))


def _address(row: Mapping[str, str], street: str, city: str, region: str, code: str, country: str) -> Address:
    return Address(
        street=row[street],
        city=row[city],
        region=row[region] or None,
        postal_code=row[code],
        country=BY_NAME[row[country]].code,
    )
