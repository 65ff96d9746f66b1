"""`leaseline servers start|stop|status`: the local Kafka and MongoDB, kept running beside the terminal."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from deploy.local import places, servers
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE, Addresses, named
from installation.answering import silent_servers
from installation.errors import InstallationError
from operations.terminal.screen import Screen

app = typer.Typer(no_args_is_help=True, help="The local Kafka and MongoDB.")

Data = Annotated[Path, typer.Option(help="The folder with the servers' data.", show_default=".leaseline/servers")]
KafkaPort = Annotated[
    int | None,
    typer.Option(envvar="LEASELINE_KAFKA_PORT", min=1024, max=65535, show_default="the last one, or any free one"),
]
MongoPort = Annotated[
    int | None,
    typer.Option(envvar="LEASELINE_MONGO_PORT", min=1024, max=65535, show_default="the last one, or any free one"),
]


@app.command()
def start(data: Data = places.SERVERS, kafka_port: KafkaPort = None, mongo_port: MongoPort = None) -> None:
    """Start both; they run until `leaseline servers stop`."""
    if running := servers.found(data):
        Screen().say("They run already." if named() is None else "Nothing to start.")
        _show(running)
        return
    with Screen().working("Starting Kafka and MongoDB ..."):
        addresses = servers.start(data, kafka_port=kafka_port, mongo_port=mongo_port)
    _show(addresses)
    Screen().say(f"Data and logs: {data}")


@app.command()
def stop(data: Data = places.SERVERS) -> None:
    """End both; the data stay."""
    if servers.stop(data):
        Screen().say("Stopped.")
    else:
        Screen().say("No servers run here.")


@app.command()
def status(data: Data = places.SERVERS) -> None:
    """Print where they answer; exit status 3 if they do not run, 1 if one does not answer."""
    running = servers.found(data)
    if running is None:
        Screen().say("No servers run here. `leaseline servers start` starts them.")
        raise typer.Exit(3)
    _show(running)
    silent = silent_servers(running)
    if silent:
        begin = f"Logs: {data / 'logs'}. `leaseline servers stop`, then `start`, begins anew."
        advice = begin if named() is None else f"Check {KAFKA_VARIABLE} and {MONGO_VARIABLE}, and the servers."
        raise InstallationError("\n".join((*silent, advice)))


@app.command()
def env(data: Data = places.SERVERS) -> None:
    """Print what a shell needs to use them: eval "$(leaseline servers env)"."""
    running = servers.found(data)
    if running is None:
        raise InstallationError("No servers run here. `leaseline servers start` starts them.")
    for name, value in running.as_environment().items():
        print(f"export {name}={shlex.quote(value)}")


def _show(addresses: Addresses) -> None:
    if named() is not None:
        Screen().say(f"Named by {KAFKA_VARIABLE} and {MONGO_VARIABLE}:")
    Screen().say(f"Kafka    {addresses.kafka}" + _pid(addresses.kafka_pid))
    Screen().say(f"MongoDB  {addresses.mongo_shown}" + _pid(addresses.mongod_pid))


def _pid(pid: int | None) -> str:
    return f"  (process {pid})" if pid else ""
