"""`leaseline customers move ID --group G`: a customer goes to another billing group, with all its orders."""

import asyncio
from collections import Counter
from typing import Annotated

import typer
from pydantic import ValidationError

from contracts.messages.changes import PayerChangeRequested
from contracts.messages.customers import Group
from installation.errors import InstallationError
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.jobs.moving import Move, Moved, move, theirs_of
from operations.terminal.counts import counted
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns

app = typer.Typer(no_args_is_help=True, help="Customers.")


@app.callback()
def customers() -> None:
    """Customers and what they have in common."""


@app.command("move")
def move_(
    customer_id: str,
    group: Annotated[str, typer.Option(help="The id of the billing group.")],
    actor: Annotated[str, typer.Option(help="Who asks for it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    group_name: Annotated[str | None, typer.Option(help="Its name, if it is new.")] = None,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Set a customer's default group and move its existing orders, one request each. It can be run again: what is in
    the group is left there, what is not is asked for anew.
    """
    at = addresses(data)
    try:
        asked = Move(customer_id, Group(id=group, name=group_name), actor, reason)
    except ValidationError as error:
        raise InstallationError(
            f"{group[:40]} is no group id: use 1 to 64 of the characters A-Z a-z 0-9 . _ -"
        ) from error
    theirs = asyncio.run(theirs_of(at.mongo, databases, customer_id))
    requests = asked.requests(theirs)
    screen = Screen(json=json)
    with screen.line() as line:

        def told(moved: Moved) -> None:
            line.tell(f"Moving: {len(moved.answers):,} of {counted(len(requests), 'request')} answered")

        moved = asyncio.run(move(at.kafka, requests, told))
    before = len(theirs.payers) - sum(isinstance(body, PayerChangeRequested) for _, body in requests)
    _show(moved, before, f"Customer {customer_id} to group {group}", screen)
    raise typer.Exit(1 if moved.refused else 0)


def _show(moved: Moved, before: int, title: str, screen: Screen) -> None:
    counts = Counter(moved.answers.values())
    sheet = Sheet(columns("orders", numbers=("count",)), title=title)
    for name, count in (("moved", counts["moved"]), ("moved before", before), ("refused", counts["refused"])):
        sheet.add(name, count)
    for code, count in sorted(moved.refused.items()):
        sheet.add(f"  {code}", count, data={"orders": code, "count": count})
    screen.show(sheet)
