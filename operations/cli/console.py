"""`leaseline console`: the pages, in this terminal; and as one more process of `leaseline up`."""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from deploy.local.ports import LOOPBACK
from installation.addresses import Addresses
from installation.errors import InstallationError
from operations.cli.http import USUAL_PORT as USUAL_API_PORT
from operations.cli.http import Listener, Served, start_listener
from operations.cli.options import Data, Databases
from operations.cli.topics import addresses
from operations.jobs.peopling import Wanted, opened_staff

MODULE: Final = "services.console"
PACKAGES: Final = ("fastapi", "uvicorn", "jinja2", "pwdlib", "multipart", "httpx2")
USUAL_PORT: Final = 8090
ADDRESS: Final = f"http://{LOOPBACK}:{USUAL_PORT}"
ConsolePort = Annotated[
    int | None,
    typer.Option(envvar="LEASELINE_CONSOLE_PORT", min=1, max=65535, show_default=f"{USUAL_PORT}, or any free one"),
]
ADMIN: Final = "admin"
"""Whom `leaseline up` lets in."""


@dataclass(frozen=True, slots=True)
class Api:
    """Where the HTTP API is that the console asks, and the file with the key that opens it."""

    address: str
    key: Path


def console(
    host: Annotated[str, typer.Option(envvar="LEASELINE_CONSOLE_HOST", help="The address it listens at.")] = LOOPBACK,
    port: Annotated[int, typer.Option(envvar="LEASELINE_CONSOLE_PORT", min=1, max=65535)] = USUAL_PORT,
    api: Annotated[
        str, typer.Option(envvar="LEASELINE_CONSOLE_API", help="Where the HTTP API is.")
    ] = f"http://{LOOPBACK}:{USUAL_API_PORT}",
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Run one process of the console until Ctrl-C: any number may run side by side."""
    if not packages_there():
        raise InstallationError("The console's packages are not here: install leaseline[console].")
    at = addresses(data)
    settings = {
        "LEASELINE_CONSOLE_HOST": host,
        "LEASELINE_CONSOLE_PORT": str(port),
        "LEASELINE_CONSOLE_API": api,
        "LEASELINE_DATABASES": databases,
        **at.as_environment(),
    }
    os.execve(sys.executable, [sys.executable, "-m", MODULE], {**os.environ, **settings})  # noqa: S606


def packages_there() -> bool:
    """Whether the packages of the console are installed."""
    return all(find_spec(each) is not None for each in PACKAGES)


def serve_console(
    stack: ExitStack, at: Addresses, logs: Path, environment: Mapping[str, str], api: Api, port: int | None
) -> Served:
    """Starts a process of the console, which ends with the stack. Raises ``InstallationError``: it does not listen."""

    def settings(chosen: int) -> Mapping[str, str]:
        return {
            **environment,
            "LEASELINE_CONSOLE_HOST": LOOPBACK,
            "LEASELINE_CONSOLE_PORT": str(chosen),
            "LEASELINE_CONSOLE_API": api.address,
            "LEASELINE_CONSOLE_KEY_FILE": str(api.key),
        }

    return start_listener(stack, at, logs, Listener("console", MODULE, "the console", USUAL_PORT, settings), port)


def first_link(at: Addresses, databases: str, address: str) -> str:
    """A link that lets the administrator of this machine in once; they are made if nobody is there."""
    return asyncio.run(_first_link(at.mongo, databases, address))


async def _first_link(mongo: str, databases: str, address: str) -> str:
    async with opened_staff(mongo, databases) as staff:
        if await staff.people.find(ADMIN) is None:
            await staff.keep(Wanted(ADMIN, "Administrator", (ADMIN,)))
        return f"{address}/login/{await staff.link(ADMIN)}"
