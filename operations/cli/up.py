"""`leaseline up`: servers and services, kept running with a live status line until Ctrl-C."""

import asyncio
import signal
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from deploy.local import places, processes, servers
from deploy.local.kcat import lines
from deploy.local.processes import Services
from installation.addresses import Addresses
from installation.lag import Lags
from installation.lanes import agreed_lanes
from installation.topics import create_topics
from operations.cli.options import Databases
from operations.cli.servers import KafkaPort, MongoPort
from operations.cli.topics import Lanes
from operations.terminal.screen import Screen


def up(
    data: Annotated[Path, typer.Option(help="The folder of the servers' data.", show_default=".leaseline/servers")] = (
        places.SERVERS
    ),
    kafka_port: KafkaPort = None,
    mongo_port: MongoPort = None,
    lanes: Lanes = None,
    databases: Databases = "leaseline",
) -> None:
    """Start servers and services and keep them running; Ctrl-C ends them, the data stay."""
    screen = Screen()
    signal.signal(signal.SIGTERM, _interrupt)
    logs = data.parent / "logs"
    with ExitStack() as stack:
        try:
            with screen.working("Starting ..."):
                addresses = servers.found(data) or stack.enter_context(
                    servers.running(data, kafka_port=kafka_port, mongo_port=mongo_port)
                )
                number = asyncio.run(agreed_lanes(addresses.mongo, databases, lanes))
                asyncio.run(create_topics(addresses.kafka, number))
                environment = {"LEASELINE_LANES": str(number), "LEASELINE_DATABASES": databases}
                services = stack.enter_context(processes.running(addresses, logs, environment=environment))
            screen.say(f"Kafka    {addresses.kafka}\nMongoDB  {addresses.mongo_shown}\nLogs     {logs}\n")
            for what, line in lines(addresses.kafka):
                screen.say((f"# {what}", "dim"))
                screen.say(line)
            asyncio.run(_status(addresses, databases, services, screen))
        except KeyboardInterrupt:
            screen.say("Ending; the data stay.")
    raise typer.Exit(0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


async def _status(addresses: Addresses, databases: str, services: Services, screen: Screen) -> None:
    lags = Lags(addresses.kafka, addresses.mongo, databases)
    await lags.start()
    try:
        with screen.line(stays=True) as line:
            while True:
                services.check()
                lag = await lags.now()
                behind = "  ".join(
                    f"{name} {count:,} behind" if count else f"{name} ✓" for name, count in lag.behind.items()
                )
                line.tell(f"running   {behind}   (Ctrl-C ends)")
                await asyncio.sleep(1.0)
    finally:
        await lags.close()
