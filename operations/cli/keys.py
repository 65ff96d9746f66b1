"""`leaseline keys make|list|revoke`: who may use the HTTP API, and for what."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from installation.errors import InstallationError
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.jobs.granting import DAYS, Granted, Wanted, opened_keys
from operations.terminal.near import no_such
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns
from services.http.callers.issued import IssuedKey, NotGranted
from services.http.callers.key import digest, looks_like_key, name_of
from services.http.callers.scopes import SCOPES, WHOLE

app = typer.Typer(no_args_is_help=True, help="Keys of the HTTP API.")
ALL = "all"

Owner = Annotated[str, typer.Option(help="The system that holds it: a name, never a person's.")]
Scope = Annotated[list[str], typer.Option(help="What it may do, one at a time; `all` for everything.")]
Actor = Annotated[str | None, typer.Option(help="Who stands in the history.", show_default="the owner")]
Source = Annotated[str | None, typer.Option(help="It reads and writes only what came from this shop.")]
Days = Annotated[int, typer.Option(min=1, max=3650, help="So long it lives.")]
Test = Annotated[bool, typer.Option("--test", help="It submits test orders only.")]


@app.command()
def make(
    owner: Owner,
    scope: Scope,
    actor: Actor = None,
    source: Source = None,
    days: Days = DAYS,
    test: Test = False,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Make a key, which is shown once. An owner has two live ones at most: the one in use and its successor."""
    unknown = [each for each in scope if each not in SCOPES and each != ALL]
    if unknown:
        raise InstallationError(no_such("scope", unknown[0], SCOPES, "docs/operations.md, section 2, has them all."))
    scopes = _all_of(source) if ALL in scope else tuple(scope)
    wanted = Wanted(owner, owner if actor is None else actor, scopes, source, test, days)
    try:
        made = asyncio.run(_make(addresses(data).mongo, databases, wanted))
    except NotGranted as why:
        raise InstallationError(str(why)) from None
    screen = Screen(json=json)
    if json:
        screen.data({"key": made.text, **_told(made.key)})
        return
    screen.say((made.text, "bold"))
    screen.say(f"{made.key.name} of {owner}, until {made.key.expires:%Y-%m-%d}. It is not shown again.")


@app.command("list")
def list_(
    owner: Annotated[str | None, typer.Option(help="Only those of this owner.")] = None,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Show all keys that were ever made: whose, what for, until when, when last used. Their texts nobody has."""
    names = ("key", "owner", "actor", "scopes", "source", "state", "created", "expires", "last used")
    sheet = Sheet(columns(*names), none="No key was made yet: leaseline keys make.")
    for key in asyncio.run(_every(addresses(data).mongo, databases, owner)):
        told = _told(key)
        scopes = ALL if set(key.scopes) == SCOPES.keys() else " ".join(key.scopes)
        test = " (test)" if key.test else ""
        days = (_day(key.created), _day(key.expires), _minute(key.last_used))
        sheet.add(key.name, key.owner, key.actor, scopes, key.source or "", f"{told['state']}{test}", *days, data=told)
    Screen(json=json).show(sheet)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Its name, as `leaseline keys list` shows it, or the key itself.")],
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Let a key open nothing any more, everywhere within 30 seconds; again and again."""
    name = name_of(digest(key)) if looks_like_key(key) else key  # who found a key somewhere has nothing but its text
    found = asyncio.run(_revoke(addresses(data).mongo, databases, name))
    if found is None:
        every = asyncio.run(_every(addresses(data).mongo, databases, None))
        names = (each.name for each in every)
        raise InstallationError(no_such("key", name, names, "`leaseline keys list` shows them."))
    screen = Screen(json=json)
    if json:
        screen.data(_told(found))
        return
    screen.say(f"{found.name} of {found.owner} is revoked: within 30 seconds it opens nothing any more.")


def _all_of(source: str | None) -> tuple[str, ...]:
    """Every scope; for a key that is bound to a source every one that it can have."""
    return tuple(scope for scope in SCOPES if source is None or scope not in WHOLE)


async def _make(mongo: str, databases: str, wanted: Wanted) -> Granted:
    async with opened_keys(mongo, databases) as keys:
        return await keys.grant(wanted)


async def _every(mongo: str, databases: str, owner: str | None) -> Sequence[IssuedKey]:
    async with opened_keys(mongo, databases) as keys:
        return await keys.every(owner)


async def _revoke(mongo: str, databases: str, name: str) -> IssuedKey | None:
    async with opened_keys(mongo, databases) as keys:
        return await keys.revoke(name)


def _told(key: IssuedKey) -> Mapping[str, object]:
    return {
        "name": key.name,
        "owner": key.owner,
        "actor": key.actor,
        "scopes": list(key.scopes),
        "source": key.source,
        "test": key.test,
        "state": key.state(datetime.now(UTC)),
        "created": key.created.isoformat(),
        "expires": key.expires.isoformat(),
        "last_used": None if key.last_used is None else key.last_used.isoformat(),
        "revoked": None if key.revoked is None else key.revoked.isoformat(),
    }


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _minute(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
