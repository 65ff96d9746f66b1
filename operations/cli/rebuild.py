"""`leaseline rebuild billing`: its database made anew from the topics, into an empty one."""

import asyncio
import time
from typing import Annotated

import typer

from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.rebuilding import Rebuilding
from operations.terminal.counts import counted
from operations.terminal.screen import Line, Screen
from services.billing.app import defaults

BAR = 24
app = typer.Typer(no_args_is_help=True, help="A service's database made anew from the topics.")

Into = Annotated[
    str | None, typer.Option(help="How the name of another database begins, to compare.", show_default="the same")
]


@app.callback()
def rebuild() -> None:
    """A service's database made anew from the topics."""


@app.command()
def billing(databases: Databases = "leaseline", into: Into = None, data: Data = None, json: Json = False) -> None:
    """Make billing's accounts and invoices anew from the topics, into an empty database; again if it was broken off.

    Its workers must be stopped, the topics must have their beginnings, and billing's settings must be those that it
    had. Nothing is written to any topic.
    """
    at = addresses(data)
    screen = Screen(json=json)
    begun = time.monotonic()
    with screen.line() as line:
        rebuilding = Rebuilding(
            at.kafka, at.mongo, databases, defaults(), into=into, told=lambda read, all_: _progress(line, read, all_)
        )
        made = asyncio.run(rebuilding.run())
    seconds = time.monotonic() - begun
    if json:
        screen.data({"lanes": made.lanes, "records": made.records, "documents": made.documents, "seconds": seconds})
        return
    screen.say(
        f"{counted(made.documents, 'document')} of billing made of {counted(made.records, 'record')} in "
        f"{seconds:.1f} s. Start its workers: they go on where the former ones stood."
    )


def _progress(line: Line, read: int, of: int) -> None:
    share = 1.0 if not of else min(1.0, read / of)
    filled = round(share * BAR)
    line.tell(("━" * filled, "green"), ("━" * (BAR - filled), "dim"), f" {share:4.0%}", f"  {read:,} records")
