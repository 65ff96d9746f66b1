"""`leaseline dead-letters pass`: a service that stopped before it emptied a topic into its dead letters goes on."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from deploy.cli.topics import addresses
from deploy.installation.passing import let_pass

app = typer.Typer(no_args_is_help=True, help="What could not be read, decided or stored.")
console = Console(soft_wrap=True, highlight=False)


@app.callback()
def dead_letters() -> None:
    """What could not be read, decided or stored: it is kept in the topics `*.dead-letters`."""


@app.command("pass")
def pass_by(
    service: Annotated[str, typer.Argument(help="orders, fulfillment or billing.")],
    databases: Annotated[str, typer.Option(envvar="LEASELINE_DATABASES")] = "leaseline",
) -> None:
    """Let what waits now, and a service cannot read, decide or store, go to its dead letters, however many in a row.

    Everything else is decided as ever; what comes later counts again.
    """
    there = addresses()
    waiting = asyncio.run(let_pass(there.kafka, there.mongo, databases, service))
    for topic, count in waiting.items():
        console.print(f"{topic}: {count:,} waiting", markup=False)
    console.print(
        f"Those among them that cannot be read, decided or stored will go to {service}.dead-letters. Start {service} "
        f"(one that runs takes note when it next acquires a lane).",
        markup=False,
    )
