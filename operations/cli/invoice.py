"""`leaseline invoice NUMBER`: one invoice as a document."""

import asyncio
import sys
import unicodedata
from pathlib import Path
from typing import Annotated, Final

import typer

from installation.errors import InstallationError
from operations.cli.options import Data, Databases
from operations.cli.topics import addresses
from operations.documents.archive import opened
from operations.documents.files import is_stream
from operations.documents.paper import Paper, paper_read
from operations.terminal.screen import Screen

NAMED: Final = 10
"""So many signs without a font are named."""
Issuer = Annotated[str, typer.Option(envvar="LEASELINE_ISSUER", help="Who sends it, for an invoice that does not say.")]


def invoice(
    number: str,
    pdf: Annotated[Path | None, typer.Option(dir_okay=False, help="Print it to this file.")] = None,
    page: Annotated[Path | None, typer.Option("--html", dir_okay=False, help="Write it as a page.")] = None,
    issuer: Issuer = "Leaseline",
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Write an invoice as a document that can be sent: HTML, PDF, or both."""
    from operations.documents.fonts import REPLACED  # noqa: PLC0415 - 24 MB and a third of a second: no other command's
    from operations.documents.printing import unprintable, write_html, write_pdf  # noqa: PLC0415 - the same

    if pdf is None and page is None:
        raise InstallationError("Say where to: --pdf FILE, --html FILE, or both.")
    if pdf is not None and page is not None and pdf.resolve() == page.resolve():
        raise InstallationError(f"The PDF and the page cannot both be {pdf}: name two files.")
    made = asyncio.run(_read(addresses(data).mongo, databases, number))
    for file in (pdf, page):
        if file is not None and not file.absolute().parent.is_dir():
            raise InstallationError(f"There is no folder {file.absolute().parent}: make it first.")
    if missing := unprintable(made, issuer):
        named = ", ".join(f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip() for sign in missing[:NAMED])
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        typer.echo(f"No font has {named}{more}: printed as {REPLACED}.", err=True)
    screen = Screen(file=sys.stderr if any(file and is_stream(file) for file in (pdf, page)) else None)
    if page is not None:
        write_html(made, issuer, page)
        screen.say(f"{made.title} {number}: {page}")
    if pdf is not None:
        write_pdf(made, issuer, pdf)
        screen.say(f"{made.title} {number}: {pdf}")


async def _read(mongo: str, databases: str, number: str) -> Paper:
    async with opened(mongo, databases) as archive:
        return await paper_read(await archive.invoice(number), archive.lines(number))
