"""`leaseline topics create|reset`: the topics of an installation."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from deploy.installation.lanes import agreed_lanes
from deploy.installation.resets import reset_topic
from deploy.installation.topics import Made, create_topics
from deploy.installation.trouble import InstallationTrouble
from deploy.local import servers
from deploy.local.addresses import Addresses, named

app = typer.Typer(no_args_is_help=True, help="The topics of an installation.")
console = Console(soft_wrap=True, highlight=False)

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
    databases: Annotated[str, typer.Option(envvar="LEASELINE_DATABASES")] = "leaseline",
) -> None:
    """Create what is missing, with one partition for each lane, and set what keeps acknowledged records."""
    made = asyncio.run(_made(addresses(), databases, lanes, replicas))
    console.print("\n".join(made.changed) if made.changed else "All topics are there.")
    if made.warned:
        console.print(f"Mind: {made.warned}.", markup=False)


async def _made(where: Addresses, databases: str, lanes: int | None, replicas: int | None) -> Made:
    return await create_topics(where.kafka, await agreed_lanes(where.mongo, databases, lanes), replicas)


@app.command()
def reset(topic: str, databases: Annotated[str, typer.Option(envvar="LEASELINE_DATABASES")] = "leaseline") -> None:
    """Tell the services that read it that a topic was made again: they begin at its beginning. Stop them first."""
    for service, lanes in asyncio.run(reset_topic(addresses().mongo, databases, topic)).items():
        console.print(f"{service}: {lanes} lanes begin {topic} anew.")


def addresses() -> Addresses:
    """The servers that the environment names, or those that `leaseline servers start` runs."""
    found = named() or servers.found()
    if found is None:
        raise InstallationTrouble(
            "No servers: name them (LEASELINE_KAFKA, LEASELINE_MONGO) or run `leaseline servers start`."
        )
    return found
