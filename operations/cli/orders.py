"""`leaseline orders show ID`: what became of an order."""

from contextlib import closing
from typing import Any

import typer
from pymongo import MongoClient

from installation.errors import InstallationError, mongo_answers
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.documents.money import amount
from operations.terminal.near import no_such
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns
from services.engine.core.document import read_from
from services.orders.documents.order import PlacedOrder, SubscriptionRows
from services.orders.queries import ShownOrder, shown
from services.orders.service import COLLECTIONS

app = typer.Typer(no_args_is_help=True, help="Orders.")
_NAMES = {collection.kind: collection.name for collection in COLLECTIONS}


@app.callback()
def orders() -> None:
    """Orders and what became of them."""


@app.command()
def show(order_id: str, databases: Databases = "leaseline", data: Data = None, json: Json = False) -> None:
    """Show an order: its status, items, holds and subscriptions."""
    found = _read(addresses(data).mongo, databases, order_id)
    screen = Screen(json=json)
    if json:
        screen.data(found.data())
        return
    flags = f", {', '.join(found.flags)}" if found.flags else ""
    screen.say((found.order_id, "bold"), f"  {found.status}{flags}")
    screen.say(f"customer {found.customer}, paid by {found.payer}")
    for hold in found.holds:
        screen.say(("on hold", "yellow"), f" {hold}")
    items = Sheet(columns("item", "SKU", numbers=("quantity", "with a device", "given up", "months", "a month")))
    for item in found.items:
        price = None if item.unit_price is None else amount(item.unit_price, found.currency)
        items.add(item.item_id, item.sku, item.quantity, item.taken, item.cancelled or None, item.months, price)
    screen.show(items)
    rows = Sheet(columns("subscription", "state"), none="No unit has a device yet.")
    for subscription_id, state in found.subscriptions.items():
        rows.add(subscription_id, state)
    screen.show(rows)


def _read(mongo: str, databases: str, order_id: str) -> ShownOrder:
    client: MongoClient[dict[str, Any]] = MongoClient(mongo, tz_aware=True, serverSelectionTimeoutMS=5_000)
    with closing(client), mongo_answers():
        database = client[f"{databases}_orders"]
        found = database[_NAMES[PlacedOrder]].find_one({"_id": order_id})
        if found is None:
            ids = (str(each["_id"]) for each in database[_NAMES[PlacedOrder]].find({}, {"_id": 1}))
            why = "One that was refused, or waits for a SKU, is none: orders' log has a line for each."
            raise InstallationError(no_such("order", order_id, ids, why))
        pages = database[_NAMES[SubscriptionRows]].find({"order_id": order_id}).sort("_id", 1)
        return shown(read_from(found, PlacedOrder), [read_from(page, SubscriptionRows) for page in pages])
