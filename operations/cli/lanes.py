"""`leaseline lanes grow`: more lanes for an installation that has some."""

import asyncio
from typing import Annotated

import typer

from installation.growing import Grow
from operations.cli.options import Data, Databases
from operations.cli.topics import addresses
from operations.terminal.counts import counted
from operations.terminal.screen import Screen
from services.engine.runtime.settings import MOST_LANES

app = typer.Typer(no_args_is_help=True, help="The lanes of an installation.")


@app.callback()
def lanes() -> None:
    """The lanes of an installation: how much can be done side by side."""


@app.command()
def grow(
    to: Annotated[int, typer.Option(min=1, max=MOST_LANES, help="The new number, a multiple of the present one.")],
    wait: Annotated[
        float, typer.Option(min=0.0, help="Seconds to wait at most until everything that services said is heard.")
    ] = 300.0,
    give_up: Annotated[
        bool, typer.Option("--give-up", help="Take back what was begun, as long as nothing is moved.")
    ] = False,
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Give an installation more lanes, a multiple of what it has; services run until they are told to stop.

    Requests wait meanwhile. Whatever ends the command, run it again: it goes on where it was.
    """
    at = addresses(data)
    screen = Screen()
    if give_up:
        undone = asyncio.run(Grow(at.kafka, at.mongo, databases).give_up())
        screen.say("Requests are read again, nothing was changed." if undone else "Nothing was begun.")
        return
    with screen.line() as line:
        grown = asyncio.run(Grow(at.kafka, at.mongo, databases, tell=line.tell).to(to, wait))
    if grown is None:
        screen.say(f"This installation has {counted(to, 'lane')} already.")
        return
    documents, forwarded = sum(grown.documents.values()), sum(grown.forwarded.values())
    screen.say(
        f"Grown from {grown.before} to {counted(grown.after, 'lane')}: {counted(documents, 'document')} moved, "
        f"{counted(forwarded, 'request')} forwarded. The services have stopped or do so now: start them, with "
        f"LEASELINE_LANES={grown.after} where it is set."
    )
