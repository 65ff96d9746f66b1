"""The command line `leaseline`. Each command is a module of its own beside this file and one line below."""

import logging
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import entry_points, version
from io import TextIOWrapper
from typing import Annotated, Final, NoReturn

import typer
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError
from typer.exceptions import TyperException

from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE
from installation.errors import MendableError
from operations.cli import (
    assets,
    console,
    customers,
    dead,
    dead_letters,
    doctor,
    http,
    imports,
    invoice,
    invoices,
    keys,
    lanes,
    orders,
    rebuild,
    send,
    servers,
    statement,
    status,
    story,
    topics,
    up,
    users,
    verify,
    waiting,
    watch,
    worker,
)
from operations.terminal.signs import visible, visible_lines
from services.engine.runtime.mistyped import mistyped

STATUS: Final = "`leaseline servers status`"
app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # what a person typed is no markup
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"leaseline {version('leaseline')}")
        raise typer.Exit


@app.callback()
def leaseline(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Orders become subscriptions and billing accounts: three services on Kafka and MongoDB."""


app.add_typer(assets.app, name="assets", short_help="Devices by SKU and state, and the history of one")
app.add_typer(servers.app, name="servers")
app.add_typer(topics.app, name="topics")
app.add_typer(lanes.app, name="lanes")
app.add_typer(customers.app, name="customers")
app.add_typer(invoices.app, name="invoices")
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(orders.app, name="orders")
app.add_typer(dead.app, name="dead")
app.add_typer(waiting.parked, name="parked")
app.add_typer(waiting.holds, name="holds")
app.add_typer(waiting.changes, name="changes")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(watch.app, name="watch")
app.command()(doctor.doctor)
app.add_typer(rebuild.app, name="rebuild")
app.command()(http.http)
app.command()(console.console)
app.command("import")(imports.import_)
app.command()(invoice.invoice)
app.command()(send.send)
app.command()(statement.statement)
app.command()(story.story)
app.command()(status.status)
app.command()(up.up)
app.command()(verify.verify)
app.command()(worker.worker)
for found in sorted(entry_points(group="leaseline.commands"), key=lambda each: each.name):
    app.command(found.name)(found.load())  # a room above this one brings a command of its own: the demonstration


def _told_whole(of: typer.Typer) -> None:
    """A list of commands has the first sentence of each: typer would cut it."""
    for command in of.registered_commands:
        text = " ".join((command.callback.__doc__ or "").split()) if command.callback else ""
        command.short_help = re.split(r"(?<=[.;])\s", text)[0].rstrip(".;")
    for group in of.registered_groups:
        if group.typer_instance is not None:
            _told_whole(group.typer_instance)


_told_whole(app)


def main() -> None:
    """Runs the command line: trouble that a person can mend is told in a sentence, without a traceback."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what a person must know of it is told in a sentence
    for sentence in mistyped():
        typer.echo(visible(sentence), err=True)
    try:
        status = _run()
        sys.stdout.flush()
    except MendableError as trouble:
        _end(str(trouble))
    except KafkaError as error:
        _end(f"Kafka stopped answering ({type(error).__name__}): is it running? See {KAFKA_VARIABLE}, or {STATUS}.")
    except PyMongoError as error:
        _end(f"MongoDB stopped answering ({type(error).__name__}): is it running? See {MONGO_VARIABLE}, or {STATUS}.")
    except BrokenPipeError:
        _forget_output()  # `| head` has read enough
        sys.exit(1)
    except OSError as error:
        _forget_output()
        _end(f"{error.filename or 'The output could not be written whole'}: {error.strerror or error}.")
    else:
        sys.exit(status)


def _run() -> int:
    """The command's exit status. What typer says of a wrong command line is shown as everything else is."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal of few signs is no reason to stop
    try:
        status = app(standalone_mode=False)
    except TyperException as error:
        error.message = visible_lines(error.message)
        show: Callable[[], None] | None = getattr(error, "show", None)  # with the usage, where it is about that
        if show is None:
            _end(error.message)
        show()
        return error.exit_code
    except typer.Abort:
        typer.echo("Aborted.", err=True)
        return 1
    return status if isinstance(status, int) else 0


def _forget_output() -> None:
    """Python would try to write the rest once more at its end, and complain."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(why: str) -> NoReturn:
    typer.echo(visible_lines(why), err=True)
    sys.exit(1)
