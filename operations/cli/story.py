"""`leaseline story`: everything about an order, serial, subscription, invoice or request, over all topics."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from installation.addresses import Addresses
from installation.errors import InstallationError
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.terminal.near import meant
from operations.terminal.screen import Screen
from operations.watching.story import show_story
from services.engine.adapters.mongo_client import connect
from services.watch.queries import MOST, MOST_EVER, Story, find_near, find_story
from services.watch.resources import how_far, story_of


def story(
    what: Annotated[
        str,
        typer.Argument(
            metavar="ORDER|SERIAL|SUBSCRIPTION|INVOICE|REQUEST",
            help="Its id; with order:, serial:, subscription:, invoice:, payer: or request: before it, this one only.",
        ),
    ],
    limit: Annotated[int, typer.Option(min=1, max=MOST_EVER, help="At most so many records.")] = MOST,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help="From then on, UTC."),
    ] = None,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Tell everything about one order, serial, subscription, invoice or request, as a tree of causes."""
    at = addresses(data)
    screen = Screen(json=json)
    begin = None if since is None else since.replace(tzinfo=UTC)
    with screen.working("Reading ..."):
        found, near = asyncio.run(_found(at, databases, what, limit, begin))
    now = datetime.now(UTC)
    if found.wanted is None:
        behind = "" if since is None else f" since {since:%Y-%m-%d %H:%M}"
        raise InstallationError(
            f"No order, serial, subscription, invoice or request is called {what[:100]}{behind}.{meant(near)} "
            f"{how_far(found.state, now)}. `leaseline watch status` says more; a request is also found by source/id."
        )
    if json:
        screen.data(story_of(found, now).model_dump(mode="json", exclude_none=True))
    else:
        show_story(found, screen, now, f"{how_far(found.state, now)}.")


async def _found(
    at: Addresses, databases: str, what: str, limit: int, since: datetime | None
) -> tuple[Story, tuple[str, ...]]:
    async with connect(at.mongo) as client:
        reads = client[f"{databases}_watch"]
        found = await find_story(reads, what, most=limit, since=since)
        return found, () if found.wanted else await find_near(reads, what)
