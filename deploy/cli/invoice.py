"""`leaseline invoice NUMBER`: one invoice as a document."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.options import Data, Databases
from deploy.cli.topics import addresses
from deploy.documents.archive import opened
from deploy.documents.paper import paper
from deploy.documents.printing import html, write_pdf
from deploy.installation.trouble import InstallationTrouble
from deploy.terminal.screen import Screen

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
        raise InstallationTrouble("Say where to: --pdf FILE, --html FILE, or both.")
    with opened(addresses(data).mongo, databases) as archive:
        made = paper(archive.invoice(number), archive.lines(number))
    for file in (pdf, page):
        if file is not None and not file.absolute().parent.is_dir():
            raise InstallationTrouble(f"There is no folder {file.absolute().parent}: make it first.")
    screen = Screen()
    if page is not None:
        page.write_text(html(made, issuer), encoding="utf-8")
        screen.say(f"{made.title} {number}: {page}")
    if pdf is not None:
        write_pdf(made, issuer, pdf)
        screen.say(f"{made.title} {number}: {pdf}")
