"""`leaseline assets`: what is on stock beside what is on backorder, counted when asked; and one device's history."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from heapq import merge
from typing import Annotated, get_args

import typer

from contracts.messages.assets import AssetState
from contracts.values.serials import normalised
from installation.errors import InstallationError, mongo_answers
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.terminal.near import LOOKED_AT, no_such
from operations.terminal.screen import Screen
from operations.terminal.sheet import Column, Sheet, columns
from services.engine.adapters.mongo_client import connect
from services.fulfillment.documents.asset import Asset, Assignment, Mark
from services.fulfillment.queries import count_stocks, find_device, list_serials
from services.fulfillment.rules.stock import Stock

STATES = get_args(AssetState)
app = typer.Typer(invoke_without_command=True)


@app.callback()
def assets(
    context: typer.Context,
    sku: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Count devices by SKU and state, and the open units that wait for one; test orders are left out."""
    if context.invoked_subcommand is not None:
        context.default_map = {context.invoked_subcommand: {"databases": databases, "data": data, "json": json}}
        return
    rows = asyncio.run(_counted(addresses(data).mongo, databases))
    names = (*STATES, "open_units", "backorder")
    heads = (Column("SKU", key="sku"), *(Column(name.replace("_", " "), number=True) for name in names))
    sheet = Sheet(heads, none="No device is known, and no unit waits for one.")
    for row in rows:
        if sku in (None, row.sku):
            counts = {name: int(getattr(row, name)) for name in names}
            sheet.add(row.sku, *(count or None for count in counts.values()), data={"sku": row.sku, **counts})
    if sku is not None and not sheet.rows:
        raise InstallationError(no_such("SKU", sku, (row.sku for row in rows), "No device and no open unit has it."))
    Screen(json=json).show(sheet)


@app.command()
def history(
    serial: Annotated[str, typer.Argument(help="As on the label.")],
    databases: Annotated[str, typer.Option(help="How the databases' names begin.")] = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Show one device: its state, its variant, its announcement, and what became of it when, over all orders."""
    known = normalised(serial)
    if known is None:
        raise InstallationError(f"{serial[:40]!r} is no serial: it has 1 to 64 printable characters.")
    device = asyncio.run(_found(addresses(data).mongo, databases, known))
    sheet = Sheet(
        columns("since", "subscription", "became", "label as read", "who and why"), none="It was in no order yet."
    )
    history = [_assigned(row, known) for row in device.history]
    rows = list(merge(history, map(_marked, device.marks), key=lambda row: row[0]))  # each stays in the log's order
    for moment, *cells in rows:
        sheet.add(_at(moment), *cells)
    screen = Screen(json=json)
    if json:
        screen.data({"serial": known, **_told(device), "history": sheet.data()})
        return
    for name, text in _told(device).items():
        screen.say(f"{name:<10}{text}")
    screen.show(sheet)


def _assigned(row: Assignment, known: str) -> tuple[datetime, str, str, str, str]:
    became, label = row.state or "in_use", row.raw_serial or ("" if row.state else known)
    return row.since, f"{row.order_id}/{row.number}", became.replace("_", " "), label, ""


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


async def _counted(mongo: str, databases: str) -> tuple[Stock, ...]:
    with mongo_answers():
        async with connect(mongo) as client:
            return await count_stocks(client[f"{databases}_fulfillment"])


async def _found(mongo: str, databases: str, serial: str) -> Asset:
    with mongo_answers():
        async with connect(mongo) as client:
            database = client[f"{databases}_fulfillment"]
            device = await find_device(database, serial)
            if device is None:
                serials = [each async for each in list_serials(database, LOOKED_AT)]
                unknown = "No dock announced it and no scan of it was accepted."
                raise InstallationError(no_such("device", serial, serials, unknown))
            return device
