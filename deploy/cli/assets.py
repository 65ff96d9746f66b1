"""`leaseline assets`: what is on stock beside what is on backorder, counted when asked."""

from typing import Annotated, Any, get_args

import typer
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from rich.console import Console
from rich.table import Table

from contracts.assets import AssetState
from deploy.cli.invoice import Databases
from deploy.cli.topics import addresses
from deploy.installation.trouble import InstallationTrouble
from services.fulfillment.inventory import ASSETS, OPEN_UNITS, stocks

STATES = get_args(AssetState)


def assets(
    sku: Annotated[str | None, typer.Option(help="Only this one.")] = None, databases: Databases = "leaseline"
) -> None:
    """Count devices by SKU and state, and the open units that wait for one; test orders are left out."""
    client: MongoClient[dict[str, Any]] = MongoClient(addresses().mongo, serverSelectionTimeoutMS=5_000)
    try:
        database = client[f"{databases}_fulfillment"]
        rows = stocks(database["assets"].aggregate(list(ASSETS)), database["ledgers"].aggregate(list(OPEN_UNITS)))
    except PyMongoError as error:
        raise InstallationTrouble(
            f"MongoDB does not answer ({type(error).__name__}): check LEASELINE_MONGO."
        ) from error
    finally:
        client.close()
    table = Table()
    table.add_column("SKU")
    for column in (*STATES, "open units", "backorder"):
        table.add_column(column.replace("_", " "), justify="right")
    for row in rows:
        if sku in (None, row.sku):
            counts = (*(getattr(row, state) for state in STATES), row.open_units, row.backorder)
            table.add_row(row.sku, *(f"{count:,}" if count else "" for count in counts))
    Console().print(table if table.row_count else "Nothing is known of this.")
