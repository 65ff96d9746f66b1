"""`leaseline topics create|reset`: the topics of an installation."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from deploy.local import places, servers
from installation.addresses import Addresses, named
from installation.errors import InstallationError
from installation.lanes import agreed_lanes
from installation.resets import reset_topic
from installation.topics import Made, create_topics
from operations.cli.options import Data, Databases, Json
from operations.terminal.counts import counted
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns

app = typer.Typer(no_args_is_help=True, help="The topics of an installation.")

Lanes = Annotated[
    int | None,
    typer.Option(
        envvar="LEASELINE_LANES", min=1, max=1024, help="Fixed at the first start.", show_default="as stored, or 16"
    ),
]


@app.command()
def create(
    lanes: Lanes = None,
    replicas: Annotated[
        int | None,
        typer.Option(min=1, help="Copies of each record.", show_default="3, or as many as there are brokers"),
    ] = None,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Create what is missing, with one partition for each lane, and set what keeps acknowledged records."""
    made = asyncio.run(_made(addresses(data), databases, lanes, replicas))
    screen = Screen(json=json)
    sheet = Sheet(columns("topic"), none="All topics are there.")
    for topic in made.changed:
        sheet.add(topic)
    screen.show(sheet)
    if made.warned:
        typer.echo(f"Mind: {made.warned}.", err=True)


async def _made(where: Addresses, databases: str, lanes: int | None, replicas: int | None) -> Made:
    return await create_topics(where.kafka, await agreed_lanes(where.mongo, databases, lanes), replicas)


@app.command()
def reset(topic: str, databases: Databases = "leaseline", data: Data = None) -> None:
    """Tell the services that read it that a topic was made again: they begin at its beginning. Stop them first."""
    for service, lanes in asyncio.run(reset_topic(addresses(data).mongo, databases, topic)).items():
        Screen().say(f"{service}: {counted(lanes, 'lane')} will read {topic} from its beginning.")


def addresses(data: Path | None = None) -> Addresses:
    """The servers that the environment names, or those that `leaseline servers start` runs on this folder."""
    found = named() or servers.found(places.SERVERS if data is None else data)
    if found is None:
        raise InstallationError(
            "No servers: name them (LEASELINE_KAFKA, LEASELINE_MONGO) or run `leaseline servers start"
            + ("`." if data is None else f" --data {data}`.")
        )
    return found
