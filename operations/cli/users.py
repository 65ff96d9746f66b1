"""`leaseline users add|list|link|disable|enable`: who may look at the console's pages, and in which roles."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from installation.addresses import Addresses
from operations.cli.console import ADDRESS
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.jobs.peopling import Wanted, opened_staff
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns
from services.console.people.person import Person
from services.console.people.roles import ROLES

app = typer.Typer(no_args_is_help=True, help="People who use the console.")

Name = Annotated[str, typer.Argument(help="What is typed at log-in.")]
Role = Annotated[list[str], typer.Option(help=f"One or more of {', '.join(ROLES)}.")]


@app.command()
def add(
    name: Name,
    role: Role,
    shown: Annotated[str | None, typer.Option(help="Who stands in the history.", show_default="the name")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read a password from standard input; without one, links let in.")
    ] = False,
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Add a person, or change the roles and the password of one."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    wanted = Wanted(name, shown or name, tuple(dict.fromkeys(role)), password)
    person = asyncio.run(_keep(addresses(data), databases, wanted))
    screen = Screen()
    screen.say(f"{person.name} is {', '.join(person.roles)}.")
    screen.say(f"Let them in: leaseline users link {person.name}")


@app.command("list")
def list_(databases: Databases = "leaseline", data: Data = None, json: Json = False) -> None:
    """Show everybody."""
    sheet = Sheet(columns("name", "shown as", "roles", "password", "state"), none="Nobody yet: leaseline users add.")
    for person in asyncio.run(_every(addresses(data), databases)):
        state = "disabled" if person.disabled else "active"
        sheet.add(person.name, person.shown, " ".join(person.roles), "yes" if person.password else "no", state)
    Screen(json=json).show(sheet)


@app.command()
def link(
    name: Name,
    console: Annotated[str, typer.Option(envvar="LEASELINE_CONSOLE_URL", help="Where the console is.")] = ADDRESS,
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Make a link that lets somebody in once, within 15 minutes."""
    secret = asyncio.run(_link(addresses(data), databases, name))
    Screen().say(f"{console}/login/{secret}")


@app.command()
def disable(name: Name, databases: Databases = "leaseline", data: Data = None) -> None:
    """Log somebody out and let them in no more. `leaseline users enable` is the way back."""
    asyncio.run(_disable(addresses(data), databases, name, disabled=True))
    Screen().say(f"{name} is disabled.")


@app.command()
def enable(name: Name, databases: Databases = "leaseline", data: Data = None) -> None:
    """Let somebody in again who was disabled."""
    asyncio.run(_disable(addresses(data), databases, name, disabled=False))
    Screen().say(f"{name} is active.")


async def _keep(at: Addresses, databases: str, wanted: Wanted) -> Person:
    async with opened_staff(at.mongo, databases) as staff:
        return await staff.keep(wanted)


async def _every(at: Addresses, databases: str) -> Sequence[Person]:
    async with opened_staff(at.mongo, databases) as staff:
        return await staff.every()


async def _link(at: Addresses, databases: str, name: str) -> str:
    async with opened_staff(at.mongo, databases) as staff:
        return await staff.link(name)


async def _disable(at: Addresses, databases: str, name: str, *, disabled: bool) -> None:
    async with opened_staff(at.mongo, databases) as staff:
        await staff.disable(name, disabled=disabled)
