"""`leaseline invoices list|export`: what was issued, as a table or as a file for the accounting system."""

import asyncio
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from contracts.messages.invoices import Invoice
from contracts.values.words import PERIOD_PATTERN
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.documents.archive import opened
from operations.documents.export import Format
from operations.documents.export import export as exported
from operations.documents.files import written_whole
from operations.documents.money import amount, decimal
from operations.terminal.counts import counted
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns
from services.billing.queries import Due

app = typer.Typer(no_args_is_help=True, help="The invoices that were issued.")


def _period(text: str | None) -> str | None:
    """A mistyped period would be an empty file that nobody wonders about."""
    if text is not None and PERIOD_PATTERN.match(text) is None:
        raise typer.BadParameter(f"{text[:40]!r} is no period: write it as YYYY-MM, for example 2018-07.")
    return text


BillingDay = Annotated[
    int,
    typer.Option(
        envvar="LEASELINE_BILLING_DAY", min=1, max=28, help="That of payers without one, where none is issued."
    ),
]
Period = Annotated[str | None, typer.Option(callback=_period, help="The period of a billing run, YYYY-MM.")]


@app.command("list")
def list_(
    period: Period = None,
    payer: Annotated[str | None, typer.Option(help="group:<id> or customer:<id>.")] = None,
    billing_day: BillingDay = 1,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Show them, by number."""
    found = asyncio.run(_listed(addresses(data).mongo, databases, period, payer, billing_day))
    Screen(json=json).show(found)


async def _listed(mongo: str, databases: str, period: str | None, payer: str | None, billing_day: int) -> Sheet:
    async with opened(mongo, databases) as archive:
        if payer is not None:
            await archive.require_payer(payer)
        found = sheet([each async for each in archive.invoices(period, payer)])
        if not found.rows:
            of = "No invoice" if payer is None else f"No invoice to {payer}"
            found.none = not_yet(await archive.due(period, payer, billing_day), f"{of} for {period}" if period else of)
    return found


def not_yet(due: Due | None, what: str) -> str:
    """As in ``No invoice for 2026-11 yet: 2 payers are due from 2026-12-01``."""
    if due is None:
        return f"{what}: nobody has anything that is to be invoiced."
    are = "is" if due.payers == 1 else "are"
    return f"{what} yet: {counted(due.payers, 'payer')} {are} due from {due.first_day}."


def sheet(invoices: Iterable[Invoice]) -> Sheet:
    """A row for each invoice; in JSON the whole invoice, with its total as a decimal number, too."""
    names = ("number", "payer", "name", "period", "term", "issued", "due")
    made = Sheet(columns(*names, numbers=("lines", "total")))
    for each in invoices:
        made.add(
            each.number,
            each.payer,
            each.payer_name,
            each.period,
            each.term,
            str(each.issue_date),
            str(each.due_date or ""),
            each.lines,
            amount(each.total, each.currency),
            data=each.model_dump(mode="json") | {"total_decimal": decimal(each.total, each.currency)},
        )
    return made


@app.command()
def export(
    period: Annotated[str, typer.Option(callback=_period, help="The period of the billing runs, YYYY-MM.")],
    form: Annotated[Format, typer.Option("--format", help="With a header line, or an object a line.")] = "csv",
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="The file; without it to the terminal.")] = None,
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Write every line of a period's invoices; operations/documents/export.py documents the columns."""
    count = asyncio.run(_exported(addresses(data).mongo, databases, period, form, out))
    typer.echo(counted(count, "line"), err=True)


async def _exported(mongo: str, databases: str, period: str, form: Format, out: Path | None) -> int:
    async with opened(mongo, databases) as archive:
        if out is None:
            return await exported(archive, period, form, sys.stdout)
        with written_whole(out) as stream:
            to = TextIOWrapper(stream, encoding="utf-8", newline="")
            count = await exported(archive, period, form, to)
            to.detach()  # writes what is left; the stream is not ours to close
            return count
