"""`leaseline verify`: the seven invariants of a running installation, counted from its topics and databases."""

import asyncio
from typing import Annotated

import typer

from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.terminal.screen import Screen
from operations.verify import verified
from operations.verify.report import show

Patience = Annotated[float, typer.Option(min=0, help="Seconds to wait until all that was said is decided.")]


def verify(
    databases: Databases = "leaseline", patience: Patience = 30.0, data: Data = None, json: Json = False
) -> None:
    """Check the seven invariants; exit status 1 if any is broken."""
    at = addresses(data)
    screen = Screen(json=json)
    with screen.working("Checking the invariants ..."):
        report = asyncio.run(verified(at.kafka, at.mongo, databases, patience=patience))
    show(report, screen)
    raise typer.Exit(0 if report.holds else 1)
