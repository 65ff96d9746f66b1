"""`leaseline invoice NUMBER`: one invoice as a document."""

from pathlib import Path
from typing import Annotated

import typer

from installation.errors import InstallationError
from operations.cli.options import Data, Databases
from operations.cli.topics import addresses
from operations.documents.archive import opened
from operations.documents.paper import paper
from operations.documents.printing import html, write_pdf
from operations.terminal.screen import Screen

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
    if pdf is None and page is None:
        raise InstallationError("Say where to: --pdf FILE, --html FILE, or both.")
    with opened(addresses(data).mongo, databases) as archive:
        made = paper(archive.invoice(number), archive.lines(number))
    for file in (pdf, page):
        if file is not None and not file.absolute().parent.is_dir():
            raise InstallationError(f"There is no folder {file.absolute().parent}: make it first.")
    screen = Screen()
    if page is not None:
        page.write_text(html(made, issuer), encoding="utf-8")
        screen.say(f"{made.title} {number}: {page}")
    if pdf is not None:
        write_pdf(made, issuer, pdf)
        screen.say(f"{made.title} {number}: {pdf}")
