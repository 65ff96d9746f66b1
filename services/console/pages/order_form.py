"""The order form as it stands in the browser: its fields, its items, what it would cost. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.values.immutable import Immutable
from services.console.asking.api import Json
from services.console.asking.fields import Form, body_of, whole
from services.console.pages.catalog import Catalog

HEADS: Final = ("customer", "billing_address", "shipping_address", "items", "group", "term", "currency")
_ITEM: Final = re.compile(r"items\.([0-9]{1,4})\.sku")
_REMOVE: Final = re.compile(r"remove-([0-9]{1,4})")
MOST_ITEMS: Final = 100
BUSINESS_ONLY: Final = ("customer.company_name", "customer.registration_number", "customer.vat_id")


class FormItem(Immutable):
    """A row of the form. ``price`` is minor units for one unit and month; None: the catalog has none."""

    number: str
    sku: str
    product: str
    variant: str
    months: str
    quantity: str
    price: int | None
    total: int | None
    item_id: str = ""
    locked: str = ""
    """Why it cannot be changed; empty: it can."""


class Totals(Immutable):
    """Minor units; None while a price or a quantity is missing."""

    monthly: int | None
    contract: int | None


def numbers(form: Form) -> Sequence[str]:
    """The numbers of the items that the form has, in their order."""
    return sorted((found[1] for name in form if (found := _ITEM.fullmatch(name))), key=int)


def items(form: Form, catalog: Catalog, placed: Mapping[str, Json]) -> Sequence[FormItem]:
    """The rows of the form. ``placed`` are the order's items by id: they keep their names and their price, and those
    with a device are locked (`docs/domain.md` section 1).
    """
    return [_item(form, number, catalog, placed) for number in numbers(form)]


def _item(form: Form, number: str, catalog: Catalog, placed: Mapping[str, Json]) -> FormItem:
    def field(name: str) -> str:
        return form.get(f"items.{number}.{name}", "").strip()

    sku, months, quantity, item_id = (field(name) for name in ("sku", "months", "quantity", "item_id"))
    there = placed.get(item_id, {})
    named = there or catalog.variants.get(sku, {})
    price = there.get("unit_price") if there else catalog.price(sku, months, form.get("currency", ""))
    units = whole(quantity)
    return FormItem(
        number=number,
        sku=sku,
        product=str(named.get("product_name", sku)),
        variant=str(named.get("variant_name", "")),
        months=months,
        quantity=quantity,
        price=price,
        total=price * units if price is not None and isinstance(units, int) else None,
        item_id=item_id,
        locked="It has a subscription. Change the subscription instead." if there.get("taken") else "",
    )


def totals(rows: Sequence[FormItem]) -> Totals:
    """What it costs a month, and over all its contracts."""
    if not rows or any(row.total is None for row in rows):
        return Totals(None, None)
    monthly = sum(row.total or 0 for row in rows)
    lengths = [whole(row.months) for row in rows]
    if not all(isinstance(each, int) for each in lengths):
        return Totals(monthly, None)
    contract = sum((row.total or 0) * int(months) for row, months in zip(rows, lengths, strict=True))
    return Totals(monthly, contract)


def changed(form: Form, do: str) -> dict[str, str]:
    """The form after one of its buttons: an item was added, or removed. What cannot be added stays as it is."""
    found = dict(form)
    if (gone := _REMOVE.fullmatch(do)) is not None:
        return {name: value for name, value in found.items() if not name.startswith(f"items.{gone[1]}.")}
    if do != "add" or missing(form):
        return found
    number = str(max((int(each) for each in numbers(form)), default=-1) + 1)
    for name in ("sku", "months", "quantity"):
        found[f"items.{number}.{name}"] = form[f"adding.{name}"].strip()
    for name in ("product", "sku"):
        found[f"adding.{name}"] = ""
    found["adding.quantity"] = "1"
    return found


def missing(form: Form) -> Mapping[str, str]:
    """Why the item that is being added cannot be: the field, and the sentence that stands at it."""
    wrong: dict[str, str] = {}
    if not form.get("adding.sku", "").strip():
        wrong["adding.product"] = "Choose a product and one of its variants."
    if not form.get("adding.months", "").strip():
        wrong["adding.months"] = "Choose a contract length."
    quantity = whole(form.get("adding.quantity", "").strip())
    if not isinstance(quantity, int) or quantity < 1:
        wrong["adding.quantity"] = "Enter how many units: a whole number from 1."
    if len(numbers(form)) >= MOST_ITEMS:
        wrong["adding.product"] = f"An order has at most {MOST_ITEMS} items."
    return wrong


def body(form: Form) -> dict[str, Any]:
    """What is submitted: ``OrderSubmitted`` (`contracts/messages/orders.py`)."""
    business = form.get("customer.type") == "business"
    apart = form.get("ships_elsewhere") == "yes"
    left_out = () if business else (*BUSINESS_ONLY, "group.id", "group.name", "term")
    kept = {name: value for name, value in form.items() if name not in left_out}
    heads = [head for head in HEADS if head != "shipping_address" or apart]
    found = body_of(kept, heads)
    if not found.get("group", {}).get("id"):
        found.pop("group", None)
    found["items"] = [
        {name: whole(value) if name in ("months", "quantity") else value for name, value in item.items()}
        for item in found.get("items", [])
    ]
    found |= {"order_id": form.get("order_id", ""), "channel": "phone", "test": form.get("test") == "yes"}
    text = form.get("note", "").strip()
    if text:
        found["notes"] = [{"text": text, "author": form.get("author", "")}]
    return found
