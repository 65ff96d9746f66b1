"""What shops, clerks and the catalog send in these tests: clocks and armchairs, and two customers who want them."""

from datetime import timedelta
from typing import Any

from contracts.messages.catalog import Price, VariantSubmitted
from contracts.messages.customers import Customer, Group, Note
from contracts.messages.fulfillment import ItemCounts, OrderProgressed, SubscriptionRow
from contracts.messages.orders import (
    ItemSubmitted,
    NoteSubmitted,
    OrderConfirmationRequested,
    OrderSubmitted,
    RequestRefused,
)
from contracts.messages.subscription import State
from contracts.values.money import Money
from contracts.values.places import Address, AddressSnapshot
from contracts.wire.message import Body
from services.orders.service import orders
from services.orders.settings import Settings
from tests.scene import Scene, only

CLOCK = "RETRO-CLOCK"
CHAIR = "CRUNCHY-ARMCHAIR"
POSTER = "FREE-POSTER"
ADA = Customer(id="ada", email="Ada@Example.com", first_name="Ada", last_name="Lovelace", type="individual")
ACME = Customer(
    id="acme",
    email="office@acme.example",
    first_name="Wile",
    last_name="Coyote",
    type="business",
    company_name="Acme",
)
CANAL = Address(street="Canal 1", city="Utrecht", postal_code="3511", country="NL")
HARBOUR = Address(street="Harbour 2", city="Rotterdam", postal_code="3011", country="NL")


NO_WAITING = Settings(unknown_sku_for=timedelta(0))
"""A SKU that the catalog does not know is refused at once."""


def price(months: int, amount: int, currency: str = "EUR") -> Price:
    return Price(months=months, currency=currency, amount=amount)


def variant(sku: str = CLOCK, *prices: Price, **more: Any) -> VariantSubmitted:
    names = {"product_name": sku.title(), "variant_name": "Red"} | more
    return VariantSubmitted(sku=sku, prices=prices, **names)


def open_shop(settings: Settings | None = None) -> Scene:
    """A catalog with a clock (12 months 1000, 24 months 900), a chair (12 months 2500) and a free poster, in EUR."""
    scene = Scene(orders(settings))
    scene.hears(variant(CLOCK, price(12, 1000), price(24, 900)), source="catalog")
    scene.hears(variant(CHAIR, price(12, 2500)), source="catalog")
    scene.hears(variant(POSTER, free=True), source="catalog")
    return scene


def item(
    sku: str = CLOCK, quantity: int = 1, months: int = 12, quoted: int | None = None, **more: Any
) -> ItemSubmitted:
    currency = more.pop("quoted_in", "EUR")
    money = None if quoted is None else Money(amount=quoted, currency=currency)
    return ItemSubmitted(sku=sku, months=months, quantity=quantity, quoted_price=money, **more)


def order(*items: ItemSubmitted, id: str = "o-1", **more: Any) -> OrderSubmitted:  # noqa: A002  the order's id
    fields: dict[str, Any] = {"customer": ADA, "billing_address": CANAL, "currency": "EUR"} | more
    return OrderSubmitted(order_id=id, items=items or (item(),), **fields)


def raw(submitted: OrderSubmitted, **changed: Any) -> dict[str, Any]:
    """The data of a submission with some of it replaced; ``None`` takes a field away."""
    data = submitted.model_dump(mode="json", exclude_none=True) | changed
    return {name: value for name, value in data.items() if value is not None}


def confirm(order_id: str = "o-1", actor: str = "Grace") -> OrderConfirmationRequested:
    return OrderConfirmationRequested(order_id=order_id, actor=actor)


def note(text: str = "Ring twice", order_id: str | None = "o-1", customer_id: str | None = None) -> NoteSubmitted:
    return NoteSubmitted(order_id=order_id, customer_id=customer_id, text=text, author="Grace")


def written(text: str) -> Note:
    return Note(text=text, author="Ada")


def as_said(address: Address) -> AddressSnapshot:
    """The address as facts carry it."""
    return AddressSnapshot(**dict(address))


def group(id_: str) -> Group:
    return Group(id=id_, name=f"Group {id_}")


def progressed(
    version: int,
    *items: tuple[str, int, int],
    subscriptions: tuple[tuple[int, State], ...] = (),
    order_id: str = "o-1",
) -> OrderProgressed:
    """``items`` are (item id, taken, cancelled); the subscriptions (running number, state) are the first item's."""
    counts = tuple(ItemCounts(item_id=i, units=max(t + c, 1), taken=t, cancelled=c) for i, t, c in items)
    rows = tuple(
        SubscriptionRow(subscription_id=f"{order_id}/{n}", item_id=items[0][0], serial=f"SN{n}", state=state)
        for n, state in subscriptions
    )
    return OrderProgressed(version=version, order_id=order_id, items=counts, subscriptions=rows)


def refusals(said: list[Body]) -> set[tuple[str, str]]:
    """The codes of the one refusal with their fields."""
    return {(r.code.value, r.field) for r in only(said, RequestRefused).refusals}


def codes(said: list[Body]) -> list[str]:
    """The codes of the one refusal."""
    return [r.code.value for r in only(said, RequestRefused).refusals]


def kinds(said: list[Body]) -> list[str]:
    """What was said, by name."""
    return [type(body).__name__ for body in said]
