"""The command line `leaseline`. Each command is a module of its own beside this file and one line below."""

import logging
import sys
from typing import Final

import typer
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from deploy.cli import assets, customers, dead_letters, demo, invoice, invoices, servers, statement, topics, up, verify
from deploy.local.addresses import KAFKA_VARIABLE, MONGO_VARIABLE
from deploy.local.trouble import ServersTrouble
from services.engine.mistyped import mistyped

STATUS: Final = "`leaseline servers status`"
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def leaseline() -> None:
    """Orders become subscriptions and billing accounts: three services on Kafka and MongoDB."""


app.add_typer(assets.app, name="assets")
app.add_typer(servers.app, name="servers")
app.add_typer(topics.app, name="topics")
app.add_typer(customers.app, name="customers")
app.add_typer(invoices.app, name="invoices")
app.add_typer(dead_letters.app, name="dead-letters")
app.command()(demo.demo)
app.command()(invoice.invoice)
app.command()(statement.statement)
app.command()(up.up)
app.command()(verify.verify)


def main() -> None:
    """Runs the command line: trouble that a person can mend is told in a sentence, without a traceback."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what a person must know of it is told in a sentence
    for sentence in mistyped():
        typer.echo(sentence, err=True)
    try:
        app()
    except ServersTrouble as trouble:
        _end(str(trouble))
    except KafkaError as error:
        _end(f"Kafka stopped answering ({type(error).__name__}): is it running? See {KAFKA_VARIABLE}, or {STATUS}.")
    except PyMongoError as error:
        _end(f"MongoDB stopped answering ({type(error).__name__}): is it running? See {MONGO_VARIABLE}, or {STATUS}.")
    except OSError as error:
        if error.filename is None:
            raise
        _end(f"{error.filename}: {error.strerror}.")


def _end(why: str) -> None:
    typer.echo(why, err=True)
    sys.exit(1)
