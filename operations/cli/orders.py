"""`leaseline orders show ID`: what became of an order; `leaseline orders index`: those of before are found, too."""

import asyncio

import typer

from installation.errors import InstallationError, mongo_answers
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.documents.money import amount
from operations.jobs.indexing import Indexed, index_orders
from operations.terminal.counts import counted
from operations.terminal.near import LOOKED_AT, no_such
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns
from services.engine.adapters.mongo_client import connect
from services.orders.queries import ShownOrder, find_order, list_order_ids, shown

app = typer.Typer(no_args_is_help=True, help="Orders.")


@app.callback()
def orders() -> None:
    """Orders and what became of them."""


@app.command()
def show(order_id: str, databases: Databases = "leaseline", data: Data = None, json: Json = False) -> None:
    """Show an order: its status, items, holds and subscriptions."""
    found = asyncio.run(_read(addresses(data).mongo, databases, order_id))
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


async def _read(mongo: str, databases: str, order_id: str) -> ShownOrder:
    with mongo_answers():
        async with connect(mongo) as client:
            database = client[f"{databases}_orders"]
            found = await find_order(database, order_id)
            if found is None:
                ids = [each async for each in list_order_ids(database, LOOKED_AT)]
                why = "One that was refused, or waits for a SKU, is none: orders' log has a line for each."
                raise InstallationError(no_such("order", order_id, ids, why))
            return shown(found.order, found.pages)


@app.command()
def index(databases: Databases = "leaseline", data: Data = None) -> None:
    """Make orders findable that were placed before a search was there. Services may run meanwhile."""
    found = asyncio.run(_index(addresses(data).mongo, databases))
    Screen().say(f"{counted(found.orders, 'order')}: {found.made:,} had no row to be found by, now every one has.")


async def _index(mongo: str, databases: str) -> Indexed:
    with mongo_answers():
        async with connect(mongo) as client:
            return await index_orders(client[f"{databases}_orders"])
