"""The command line `leaseline`. Each command is a module of its own beside this file and one line below."""

import sys

import typer

from deploy.cli import assets, customers, demo, invoice, invoices, servers, statement, topics, up, verify
from deploy.local.trouble import ServersTrouble

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def leaseline() -> None:
    """Orders become subscriptions and billing accounts: three services on Kafka and MongoDB."""


app.add_typer(servers.app, name="servers")
app.add_typer(topics.app, name="topics")
app.add_typer(customers.app, name="customers")
app.add_typer(invoices.app, name="invoices")
app.command()(assets.assets)
app.command()(demo.demo)
app.command()(invoice.invoice)
app.command()(statement.statement)
app.command()(up.up)
app.command()(verify.verify)


def main() -> None:
    """Runs the command line: trouble that a person can mend is told in a sentence, without a traceback."""
    try:
        app()
    except ServersTrouble as trouble:
        typer.echo(str(trouble), err=True)
        sys.exit(1)
