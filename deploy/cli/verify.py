"""`leaseline verify`: the seven invariants of a running installation, counted from its topics and databases."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from deploy.cli.topics import addresses
from deploy.verify import verified
from deploy.verify.report import show

Databases = Annotated[str, typer.Option(envvar="LEASELINE_DATABASES", help="How the databases' names begin.")]
Patience = Annotated[float, typer.Option(min=0, help="Seconds to wait until all that was said is decided.")]


def verify(databases: Databases = "leaseline", patience: Patience = 30.0) -> None:
    """Check the seven invariants; exit status 1 if any is broken."""
    at = addresses()
    console = Console(highlight=False)
    with console.status("Checking the invariants ..."):
        report = asyncio.run(verified(at.kafka, at.mongo, databases, patience=patience))
    show(report, console)
    raise typer.Exit(0 if report.holds else 1)
