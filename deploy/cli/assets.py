"""`leaseline assets`: what is on stock beside what is on backorder, counted when asked; and one device's history."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from heapq import merge
from typing import Annotated, Any, get_args

import typer
from pymongo import MongoClient
from pymongo.database import Database
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.assets import AssetState
from contracts.serials import normalised
from deploy.cli.invoice import Databases
from deploy.cli.topics import addresses
from deploy.installation.trouble import InstallationTrouble, mongo_answers
from services.engine.kept import read_from
from services.fulfillment.asset import Asset, Assignment, Mark
from services.fulfillment.inventory import ASSETS, OPEN_UNITS, stocks

STATES = get_args(AssetState)
app = typer.Typer(invoke_without_command=True)


@app.callback()
def assets(
    context: typer.Context,
    sku: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    databases: Databases = "leaseline",
) -> None:
    """Count devices by SKU and state, and the open units that wait for one; test orders are left out."""
    if context.invoked_subcommand is not None:
        context.default_map = {context.invoked_subcommand: {"databases": databases}}
        return
    with _opened(databases) as database:
        rows = stocks(database["assets"].aggregate(list(ASSETS)), database["ledgers"].aggregate(list(OPEN_UNITS)))
    table = Table()
    table.add_column("SKU")
    for column in (*STATES, "open units", "backorder"):
        table.add_column(column.replace("_", " "), justify="right")
    for row in rows:
        if sku in (None, row.sku):
            counts = (*(getattr(row, state) for state in STATES), row.open_units, row.backorder)
            table.add_row(row.sku, *(f"{count:,}" if count else "" for count in counts))
    Console().print(table if table.row_count else "Nothing is known of this.")


@app.command()
def history(
    serial: Annotated[str, typer.Argument(help="As on the label.")],
    databases: Annotated[str, typer.Option(help="How the databases' names begin.")] = "leaseline",
) -> None:
    """Show one device: its state, its variant, its announcement, and what became of it when, over all orders."""
    known = normalised(serial)
    if known is None:
        raise InstallationTrouble(f"{serial[:40]!r} is no serial: it has 1 to 64 printable characters.")
    with _opened(databases) as database:
        found = database["assets"].find_one({"_id": known})
    if found is None:
        raise InstallationTrouble(f"No device {known} is known: no dock announced it and no scan of it was accepted.")
    device = read_from(found, Asset)
    console = Console(highlight=False)
    for name, text in _told(device).items():
        console.print(f"{name:<10}{text}", markup=False)
    table = Table()
    for column in ("since", "subscription", "became", "label as read", "who and why"):
        table.add_column(column)
    history = [_assigned(row, known) for row in device.history]
    rows = list(merge(history, map(_marked, device.marks), key=lambda row: row[0]))  # each stays in the log's order
    for moment, *cells in rows:
        table.add_row(_at(moment), *map(escape, cells))
    console.print(table if rows else "It was in no order yet.")


def _assigned(row: Assignment, known: str) -> tuple[datetime, str, str, str, str]:
    became, label = row.state or "in_use", row.raw_serial or ("" if row.state else known)
    shown = label if label.isprintable() else repr(label)
    return row.since, f"{row.order_id}/{row.number}", became.replace("_", " "), shown, ""


def _marked(mark: Mark) -> tuple[datetime, str, str, str, str]:
    """What a person said of it. Nobody else gives a reason."""
    became = f"SKU {mark.sku}" if mark.state is None else mark.state.replace("_", " ")
    return mark.since, "", became, "", ": ".join(text for text in (mark.actor, mark.reason) if text)


def _told(device: Asset) -> Mapping[str, str]:
    announced = "no dock announced it" if device.announced_at is None else _at(device.announced_at)
    variant = "open: nothing is known of it but scans that were undone" if device.unproven else device.sku
    state = device.shown.replace("_", " ")
    if device.withheld is not None:
        why, by_contracts = (text.replace("_", " ") for text in (device.withheld, device.state))
        state = f"{state} (withheld: {why}; by its contracts {by_contracts})"
    return {
        "state": f"{state}; left out of counts: a test order had it last" if device.test else state,
        "variant": variant,
        "announced": announced,
    }


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


@contextmanager
def _opened(databases: str) -> Iterator[Database[dict[str, Any]]]:
    client: MongoClient[dict[str, Any]] = MongoClient(addresses().mongo, tz_aware=True, serverSelectionTimeoutMS=5_000)
    with closing(client), mongo_answers():
        yield client[f"{databases}_fulfillment"]
