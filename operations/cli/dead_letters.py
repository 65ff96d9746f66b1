"""`leaseline dead-letters pass`: a service that stopped before it emptied a topic into its dead letters goes on."""

import asyncio
from typing import Annotated

import typer

from installation.passing import let_pass
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns

app = typer.Typer(no_args_is_help=True, help="What could not be read, decided or stored.")


@app.callback()
def dead_letters() -> None:
    """What could not be read, decided or stored: it is kept in the topics `*.dead-letters`."""


@app.command("pass")
def pass_by(
    service: Annotated[str, typer.Argument(help="orders, fulfillment or billing.")],
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Let what waits now, and a service cannot read, decide or store, go to its dead letters, however many in a row.

    Everything else is decided as ever; what comes later counts again.
    """
    there = addresses(data)
    waiting = asyncio.run(let_pass(there.kafka, there.mongo, databases, service))
    sheet = Sheet(columns("topic", numbers=("waiting",)))
    for topic, count in waiting.items():
        sheet.add(topic, count)
    screen = Screen(json=json)
    screen.show(sheet)
    screen.say(
        f"Those among them that cannot be read, decided or stored will go to {service}.dead-letters. Start {service} "
        f"(one that runs takes note when it next acquires a lane)."
    )
