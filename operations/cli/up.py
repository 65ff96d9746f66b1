"""`leaseline up`: servers and services, kept running with a live status line until Ctrl-C."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from deploy.local import places, processes, servers
from deploy.local.ended import told_end
from deploy.local.errors import ServerFailed
from deploy.local.folder import DataFolder
from deploy.local.kcat import lines
from deploy.local.one_up import only_up
from deploy.local.processes import Services
from installation.addresses import Addresses
from installation.lag import Lags
from installation.lanes import agreed_lanes, lanes_to_start_with
from installation.topics import create_topics
from operations.cli import console
from operations.cli.console import ConsolePort
from operations.cli.http import HttpPort, curl_lines, packages_there, serve
from operations.cli.options import Databases
from operations.cli.servers import KafkaPort, MongoPort
from operations.cli.topics import Lanes
from operations.jobs.granting import key_of_this_machine
from operations.terminal.screen import Screen
from operations.terminal.signs import visible_lines

AFTER_A_DEATH: Final = 5.0
"""Seconds that services have to end when a server died: what they hold is decided again at the next start."""
WATCH: Final = "watch"
"""The service that looks on: it decides nothing, and no order waits for it."""
NOTICED: Final = 2.0
"""Seconds within which a server that stopped answering is known to have ended."""


def up(
    data: Annotated[Path, typer.Option(help="The folder of the servers' data.", show_default=".leaseline/servers")] = (
        places.SERVERS
    ),
    kafka_port: KafkaPort = None,
    mongo_port: MongoPort = None,
    lanes: Lanes = None,
    http_port: HttpPort = None,
    console_port: ConsolePort = None,
    databases: Databases = "leaseline",
) -> None:
    """Start servers and services and keep them running; Ctrl-C ends them, the data stay."""
    screen = Screen()
    signal.signal(signal.SIGTERM, _interrupt)
    logs = data / "logs"
    folder = DataFolder(data)
    with ExitStack() as stack:
        stack.enter_context(only_up(data))
        try:
            before = {name: _length(folder.log(name)) for name in ("Kafka", "MongoDB")}
            with screen.working("Starting ..."):
                addresses = servers.found(data) or stack.enter_context(
                    servers.running(data, kafka_port=kafka_port, mongo_port=mongo_port)
                )
                number = asyncio.run(agreed_lanes(addresses.mongo, databases, lanes))
                asyncio.run(create_topics(addresses.kafka, number))
                environment = {"LEASELINE_LANES": str(number), "LEASELINE_DATABASES": databases}
                services = stack.enter_context(processes.running(addresses, logs, environment=environment))
                watching = processes.started(  # nobody waits for it: it has the lowest priority
                    addresses, logs, services=(WATCH,), environment=environment, module="services.watch"
                )
                services.processes += stack.enter_context(watching).processes
                served = serve(stack, addresses, logs, environment, http_port) if packages_there() else None
            screen.say(f"Kafka    {addresses.kafka}\nMongoDB  {addresses.mongo_shown}\nLogs     {logs}")
            if served is None:
                screen.say("HTTP     not here: its packages are not installed, leaseline[http,documents]\n")
            else:
                services.processes += served.services.processes
                _, key = key_of_this_machine(addresses.mongo, databases, data)
                screen.say(f"HTTP     {served.address}  (read and try it: {served.address}/docs)\nKey      {key}\n")
                if console.packages_there():
                    pages = console.serve_console(
                        stack, addresses, logs, environment, console.Api(served.address, key), console_port
                    )
                    services.processes += pages.services.processes
                    screen.say(
                        f"Console  {console.first_link(addresses, databases, pages.address)}\n"
                        "         lets you in once; another link: leaseline users link admin\n"
                    )
                for what, line in curl_lines(served.address, key):
                    screen.say((f"# {what}", "dim"))
                    screen.say(line)
                screen.say("")
            for what, line in lines(addresses.kafka):
                screen.say((f"# {what}", "dim"))
                screen.say(line)
            pids = {"Kafka": addresses.kafka_pid, "MongoDB": addresses.mongod_pid}
            watch = Watch(services, environment, lambda: told_end(folder, pids, before))
            try:
                asyncio.run(_status(addresses, databases, watch, screen))
            except ServerFailed as ended:  # it is told already
                typer.echo("Ending; the data stay.", err=True)
                services.stopped_within = AFTER_A_DEATH
                raise typer.Exit(1) from ended
        except KeyboardInterrupt:
            screen.say("Ending; the data stay.")
    raise typer.Exit(0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _length(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


@dataclass(frozen=True, slots=True)
class Watch:
    """What `up` looks after: the services, the settings that they are started with, and a question to which the answer
    is who of the servers died.
    """

    services: Services
    environment: dict[str, str]
    died: Callable[[], str | None]

    async def until_a_server_dies(self) -> None:
        """Raises ServerFailed with who died and why."""
        while True:
            ended = self.died()
            if ended is not None:
                raise ServerFailed(ended)
            await asyncio.sleep(0.3)


async def _status(addresses: Addresses, databases: str, watch: Watch, screen: Screen) -> None:
    """Shows how things stand until something ends. Raises ServerFailed as soon as a server died."""
    death = asyncio.create_task(watch.until_a_server_dies())
    showing = asyncio.create_task(_show(addresses, databases, watch, screen))
    try:
        await asyncio.wait({death, showing}, return_when=asyncio.FIRST_COMPLETED)
        if not death.done() and isinstance(showing.exception(), KafkaError | PyMongoError | OSError):
            await asyncio.wait({death}, timeout=NOTICED)  # what does not answer may just be dying
        if death.done():
            typer.echo(visible_lines(str(death.exception())), err=True)  # at once: what follows takes its time
        await (death if death.done() else showing)
    finally:
        death.cancel()
        showing.cancel()


async def _show(addresses: Addresses, databases: str, watch: Watch, screen: Screen) -> None:
    lags = Lags(addresses.kafka, addresses.mongo, databases)
    await lags.start()
    try:
        with screen.line(stays=True) as line:
            while True:
                if any(process.how_it_ended() is not None for process in watch.services.processes):
                    number = await lanes_to_start_with(addresses.mongo, databases)
                    if number is None:
                        line.tell("the installation grows: services start again when its lanes are moved")
                        await asyncio.sleep(1.0)
                        continue
                    if watch.environment["LEASELINE_LANES"] != str(number):
                        watch.environment["LEASELINE_LANES"] = str(number)
                        await lags.close()
                        lags = Lags(addresses.kafka, addresses.mongo, databases)
                        await lags.start()
                for sentence in watch.services.start_again():
                    screen.say(sentence)
                lag = await lags.now()
                behind = "  ".join(
                    f"{name} {count:,} behind" if count else f"{name} ✓" for name, count in lag.behind.items()
                )
                line.tell(f"running   {behind}   (Ctrl-C ends)")
                await asyncio.sleep(1.0)
    finally:
        await lags.close()
