"""`leaseline worker SERVICE`: one more worker of a service, in this terminal."""

import asyncio
import os
import sys
from typing import Annotated

import typer

from installation import SERVICES
from installation.errors import InstallationError
from installation.lanes import agreed_lanes
from operations.cli.options import Data, Databases
from operations.cli.topics import addresses
from operations.terminal.near import no_such


def worker(
    service: Annotated[str, typer.Argument(help="orders, fulfillment or billing.")],
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Run one more worker of a service until Ctrl-C: it takes its share of the lanes, and gives it back at its end."""
    if service not in SERVICES:
        raise InstallationError(no_such("service", service, SERVICES, f"They are {', '.join(SERVICES)}."))
    at = addresses(data)
    lanes = asyncio.run(agreed_lanes(at.mongo, databases, None))
    settings = {"LEASELINE_LANES": str(lanes), "LEASELINE_DATABASES": databases, **at.as_environment()}
    os.execve(sys.executable, [sys.executable, "-m", f"services.{service}.app"], {**os.environ, **settings})  # noqa: S606
