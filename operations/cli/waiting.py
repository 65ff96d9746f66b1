"""`leaseline parked list`, `holds list|release|reject`, `changes list`: what waits, and the orders that wait for a
decision of somebody.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final
from uuid import uuid4

import typer
from pydantic import ValidationError

from contracts.messages.changes import HoldRejectionRequested, HoldReleaseRequested
from contracts.wire.encoding import encoded
from installation.errors import InstallationError, mongo_answers
from installation.lanes import agreed_lanes
from operations.cli.options import Data, Databases, Json
from operations.cli.send import told
from operations.cli.topics import addresses
from operations.jobs.sending import request_in, send
from operations.mending.waiting import Listed, list_changes, list_holds, list_parked
from operations.terminal.screen import Screen
from operations.terminal.sheet import Cell, Sheet, columns
from services.engine.adapters.mongo_client import Client, connect

SOURCE: Final = "leaseline/operations"
parked = typer.Typer(no_args_is_help=True, help="Requests that wait for something that is not there yet.")
holds = typer.Typer(no_args_is_help=True, help="Orders that wait for a decision about a price.")
changes = typer.Typer(no_args_is_help=True, help="Changes of orders that are not decided.")

Limit = Annotated[int, typer.Option(min=1, max=10_000, help="Orders on a page.")]
After = Annotated[str, typer.Option(help="Where the page before ended.")]
Actor = Annotated[str, typer.Option(help="Who decides: kept in the order's history.")]
Reason = Annotated[str, typer.Option(help="Why: kept in the order's history.")]
Patience = Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the answer.")]


class Price(StrEnum):
    """At which price a hold is released."""

    QUOTED = "quoted"
    CATALOG = "catalog"


@parked.callback()
def parked_() -> None:
    """Requests that wait for something that is not there yet."""


@holds.callback()
def holds_() -> None:
    """Orders that wait for a decision about a price."""


@changes.callback()
def changes_() -> None:
    """Changes of orders that are not decided."""


@parked.command("list")
def list_of_parked(
    limit: Limit = 100, after: After = "", databases: Databases = "leaseline", data: Data = None, json: Json = False
) -> None:
    """List requests that wait for their order, its release or confirmation, a variant or a subscription."""
    at = addresses(data)
    lanes = asyncio.run(agreed_lanes(at.mongo, databases, None))
    _show(data, lambda client: list_parked(client, databases, lanes, after, limit), "--after", json=json)


@holds.command("list")
def list_of_holds(
    limit: Limit = 100,
    cursor: Annotated[str, typer.Option(help="Where the page before ended.")] = "",
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """List orders on hold, the newest first, with what is expected and what was found."""
    _show(data, lambda client: list_holds(client, databases, cursor, limit), "--cursor", json=json)


@changes.command("list")
def list_of_changes(
    limit: Limit = 100, after: After = "", databases: Databases = "leaseline", data: Data = None, json: Json = False
) -> None:
    """List changes of orders that fulfillment has not decided, and those that wait behind them."""
    _show(data, lambda client: list_changes(client, databases, after, limit), "--after", json=json)


@holds.command()
def release(
    order_id: str,
    price: Annotated[Price, typer.Option(help="At which price it is sold.")],
    actor: Actor,
    reason: Reason,
    item: Annotated[str | None, typer.Option(help="Only this item.", show_default="all")] = None,
    patience: Patience = 30.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Release the hold of a price; exit status 1 if that is refused."""
    try:
        body = HoldReleaseRequested(order_id=order_id, price=price.value, item_id=item, actor=actor, reason=reason)
    except ValidationError as error:
        raise _wrong(error) from None
    _ask(body, data, patience, json=json)


@holds.command()
def reject(
    order_id: str, actor: Actor, reason: Reason, patience: Patience = 30.0, data: Data = None, json: Json = False
) -> None:
    """Reject the price of a hold: the order is cancelled; exit status 1 if that is refused."""
    try:
        body = HoldRejectionRequested(order_id=order_id, actor=actor, reason=reason)
    except ValidationError as error:
        raise _wrong(error) from None
    _ask(body, data, patience, json=json)


def _wrong(error: ValidationError) -> InstallationError:
    """What is wrong with what was typed."""
    first = error.errors()[0]
    return InstallationError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}. Nothing was sent.")


def _ask(
    body: HoldReleaseRequested | HoldRejectionRequested, data: Path | None, patience: float, *, json: bool
) -> None:
    """Sends an ordinary request, and tells what is said to it."""
    value = encoded(body, id=f"{type(body).__name__}-{uuid4().hex[:12]}", source=SOURCE, time=datetime.now(UTC))
    answers = asyncio.run(send(addresses(data).kafka, request_in(value), patience))
    screen = Screen(json=json)
    if json:
        screen.data(answers)
    for said in answers:
        for line in told(said):
            screen.say(line)
    raise typer.Exit(1 if any(said["type"].split(".")[2].endswith("Refused") for said in answers) else 0)


def _show(data: Path | None, listing: Callable[[Client], Awaitable[Listed]], option: str, *, json: bool) -> None:
    async def read() -> Listed:
        with mongo_answers():
            async with connect(addresses(data).mongo) as client:
                return await listing(client)

    listed = asyncio.run(read())
    screen = Screen(json=json)
    titles = tuple(listed.rows[0]) if listed.rows else ("nothing",)
    sheet = Sheet(columns(*(title.replace("_", " ") for title in titles)), none="Nothing waits.")
    for row in listed.rows:
        sheet.add(*(_cell(value) for value in row.values()), data=dict(row))
    screen.show(sheet)
    if listed.next:
        screen.say(f"There may be more: {option} {listed.next}")


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, int) else str(value)
