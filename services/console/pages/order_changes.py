"""What an edited form changes about an order, and where it crosses what others changed meanwhile. Pure.

The form carries each value as it stood when it was opened (``was.<name>``), so only what was touched is asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.values.immutable import Immutable
from services.console.asking.api import Json
from services.console.asking.fields import Form, body_of, flat, whole
from services.console.asking.problem import Problem, Reason
from services.console.pages.order_form import BUSINESS_ONLY, numbers

WAS: Final = "was."
_CONTACT: Final = ("email", "first_name", "last_name", "phone")
_BILLING: Final = ("type", "company_name", "registration_number", "vat_id")
_EMPTIED: Final = {f"customer.{name}": name for name in (*_CONTACT[1:], *_BILLING[1:])} | {
    "group.id": "group",
    "term": "term",
}
"""Fields that may be emptied, and how ``clear`` calls them."""


class Crossed(Immutable):
    """A field that somebody else changed meanwhile: as it was, as it is now, as it stands in the form."""

    field: str
    was: str
    now: str
    mine: str


def opened(order: Json) -> dict[str, str]:
    """The fields of a form that was just opened on this order."""
    customer = {name: order["customer"].get(name) for name in (*_CONTACT, *_BILLING)}
    group = order.get("group") if order.get("group_source") == "order" else None
    values = {"customer": customer, "billing_address": order["billing_address"], "group": group}
    values["term"] = None if order.get("term") == "at_once" else order.get("term")
    found = flat(values)
    if order.get("shipping_address"):
        found |= flat({"shipping_address": order["shipping_address"]}) | {"ships_elsewhere": "yes"}
    for number, item in enumerate(order["items"]):
        for name in ("item_id", "sku", "months", "quantity"):
            found[f"items.{number}.{name}"] = str(item[name])
    return {name: value for name, value in found.items() if value}


def begun(order: Json) -> dict[str, str]:
    """The form as it is opened: its fields, and what they were."""
    fields = opened(order)
    return {
        **fields,
        **{f"{WAS}{name}": value for name, value in fields.items()},
        "order_id": order["order_id"],
        "currency": order["currency"],
        "version": str(order["version"]),
        "adding.months": "12",
        "adding.quantity": "1",
    }


def amendment(form: Form) -> dict[str, Any]:
    """``OrderAmendmentRequested`` (`contracts/messages/changes.py`) with what was touched; empty: nothing was."""
    business = form.get("customer.type") == "business"
    gone = () if business else (*BUSINESS_ONLY, "group.id", "group.name", "term")
    mine = {name: value.strip() for name, value in form.items() if name not in gone}

    def touched(name: str) -> bool:
        return mine.get(name, "") != form.get(f"{WAS}{name}", "").strip()

    contact = {
        name: mine[f"customer.{name}"]
        for name in _CONTACT
        if touched(f"customer.{name}") and mine.get(f"customer.{name}")
    }
    billing: dict[str, Any] = {
        name: mine[f"customer.{name}"]
        for name in _BILLING
        if touched(f"customer.{name}") and mine.get(f"customer.{name}")
    }
    clear = [word for name, word in _EMPTIED.items() if touched(name) and not mine.get(name)]
    if any(touched(name) for name in _of(form, "billing_address")):
        billing |= body_of(mine, ("billing_address",))
    if any(touched(name) for name in ("group.id", "group.name")) and mine.get("group.id"):
        billing |= body_of(mine, ("group",))
    if touched("term") and mine.get("term"):
        billing["term"] = mine["term"]
    if mine.get("ships_elsewhere") == "yes":
        if any(touched(name) for name in _of(form, "shipping_address")):
            contact |= body_of(mine, ("shipping_address",))
    elif form.get(f"{WAS}ships_elsewhere"):
        clear.append("shipping_address")
    parts = {"contact": contact, "billing": billing, "items": _items(mine, form), "clear": clear}
    return {name: part for name, part in parts.items() if part}


def _of(form: Form, head: str) -> Sequence[str]:
    return sorted({name.removeprefix(WAS) for name in form if name.removeprefix(WAS).startswith(f"{head}.")})


def _items(mine: Form, form: Form) -> dict[str, Any]:
    before = {
        form[f"{WAS}{name}.item_id"]: {each: form[f"{WAS}{name}.{each}"] for each in ("sku", "quantity")}
        for name in (f"items.{number}" for number in range(len(form)))
        if f"{WAS}{name}.item_id" in form
    }
    add, change, kept = [], [], set()
    for number in numbers(mine):
        row = {name: mine.get(f"items.{number}.{name}", "") for name in ("item_id", "sku", "months", "quantity")}
        if row["item_id"] not in before:
            add.append({"sku": row["sku"], "months": whole(row["months"]), "quantity": whole(row["quantity"])})
            continue
        kept.add(row["item_id"])
        if row["quantity"] != before[row["item_id"]]["quantity"]:
            change.append({"item_id": row["item_id"], "quantity": whole(row["quantity"])})
    remove = [item_id for item_id in before if item_id not in kept]
    return {name: rows for name, rows in (("add", add), ("change", change), ("remove", remove)) if rows}


def crossed(form: Form, order: Json) -> Sequence[Crossed]:
    """Fields that were touched here and changed by somebody else since the form was opened."""
    now = opened(order)
    names = {name.removeprefix(WAS) for name in form if name.startswith(WAS)} | now.keys()
    rows = []
    for name in sorted(names):
        was, is_, mine = form.get(f"{WAS}{name}", ""), now.get(name, ""), form.get(name, "").strip()
        if was != is_ and mine not in (was, is_):
            rows.append(Crossed(name, was, is_, mine))
    return rows


def merged(form: Form, order: Json) -> dict[str, str]:
    """The form on top of the newest version: what only others changed is theirs, what was touched here stays."""
    now, found = opened(order), dict(form)
    for name in {name.removeprefix(WAS) for name in form if name.startswith(WAS)} | now.keys():
        if form.get(name, "").strip() == form.get(f"{WAS}{name}", ""):
            found[name] = now.get(name, "")
        found[f"{WAS}{name}"] = now.get(name, "")
    found["version"] = str(order["version"])
    return {name: value for name, value in found.items() if value or not name.startswith(WAS)}


def at_fields(problem: Problem, body: Mapping[str, Any], form: Form) -> Problem:
    """The problem with its reasons at the form's own fields."""
    changed = body.get("items", {}).get("change", [])
    by_id = {form.get(f"items.{number}.item_id", ""): number for number in numbers(form)}
    added = [number for number in numbers(form) if f"{WAS}items.{number}.item_id" not in form]

    def here(field: str) -> str:
        parts = field.split(".")
        if parts[:2] == ["items", "change"] and len(parts) > 2 and int(parts[2]) < len(changed):
            return ".".join(("items", by_id.get(changed[int(parts[2])]["item_id"], "0"), *parts[3:]))
        if parts[:2] == ["items", "add"] and len(parts) > 2 and int(parts[2]) < len(added):
            return ".".join(("items", added[int(parts[2])], *parts[3:]))
        if parts[0] in ("contact", "billing"):
            return ".".join(
                parts[1:]
                if parts[1:2] in (["billing_address"], ["shipping_address"], ["group"], ["term"])
                else ["customer", *parts[1:]]
            )
        return field

    reasons = [
        Reason(each.code, each.detail, each.what_to_do, here(each.field), each.holder) for each in problem.reasons
    ]
    return Problem(problem.status, problem.title, problem.code, reasons)
