"""`leaseline http`: the HTTP API of all three services, in this terminal."""

import asyncio
import os
import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from installation.errors import InstallationError
from installation.lanes import agreed_lanes
from operations.cli.options import Data, Databases
from operations.cli.topics import addresses

MODULE = "operations.serving"
PACKAGES = ("fastapi", "uvicorn", "plutoprint")
"""What it needs beside a service's own packages."""


def packages_there() -> bool:
    """Whether the packages of the HTTP side and of the papers are installed."""
    return all(find_spec(each) is not None for each in PACKAGES)


def http(
    host: Annotated[str, typer.Option(envvar="LEASELINE_HTTP_HOST", help="The address it listens at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="LEASELINE_HTTP_PORT", min=0, max=65535, help="0: any free one.")] = 8080,
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Run one process of the HTTP API until Ctrl-C: any number may run side by side."""
    if not packages_there():
        raise InstallationError("The HTTP side's packages are not here: install leaseline[http,documents].")
    at = addresses(data)
    lanes = asyncio.run(agreed_lanes(at.mongo, databases, None))
    settings = {
        "LEASELINE_LANES": str(lanes),
        "LEASELINE_DATABASES": databases,
        "LEASELINE_HTTP_HOST": host,
        "LEASELINE_HTTP_PORT": str(port),
        **at.as_environment(),
    }
    os.execve(sys.executable, [sys.executable, "-m", MODULE], {**os.environ, **settings})  # noqa: S606
