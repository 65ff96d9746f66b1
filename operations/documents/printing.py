"""An invoice as HTML and as PDF, both from one template, in a font that comes with the packages."""

from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Final

import plutoprint
import pycountry
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from operations.documents.columns import columns
from operations.documents.files import written_whole
from operations.documents.fonts import Fonts, fonts_for, without_hidden
from operations.documents.money import amount, written
from operations.documents.paper import Paper, month

TEMPLATE: Final = "invoice.html.j2"
NO_FONTS: Final = Path(__file__).parent / "nofonts"
"""The folder of a configuration that knows no font of the machine."""


def unprintable(paper: Paper, issuer: str) -> tuple[str, ...]:
    """The signs that no font has: each is printed as U+FFFD, and whoever prints should be told."""
    return _fonts(paper, issuer).missing


def html(paper: Paper, issuer: str) -> str:
    """The document as a page that needs nothing else: style and fonts are in it. The issuer is the invoice's own;
    ``issuer``, who is set now, counts for an invoice of before that does not say, and is marked.
    """
    fonts = _fonts(paper, issuer)
    return fonts.printable(_rendered(paper, issuer, fonts))


def _fonts(paper: Paper, issuer: str) -> Fonts:
    """Those of every sign that the page has."""
    address = paper.invoice.address
    return fonts_for(unescape(_rendered(paper, issuer, Fonts((), ()))), address.country if address else None)


def _rendered(paper: Paper, issuer: str, fonts: Fonts) -> str:
    template = _environment().get_template(TEMPLATE)
    return template.render(paper=paper, invoice=paper.invoice, issuer=issuer, fonts=fonts, columns=columns(paper))


def write_html(paper: Paper, issuer: str, to: Path) -> None:
    """Writes the page, whole or not at all. Raises ``InstallationError``."""
    page = html(paper, issuer).encode()
    with written_whole(to) as stream:
        stream.write(page)


def write_pdf(paper: Paper, issuer: str, to: Path) -> None:
    """Writes the printed page, whole or not at all. Raises ``InstallationError``."""
    pages = pdf(paper, issuer)
    with written_whole(to) as stream:
        stream.write(pages)


def pdf(paper: Paper, issuer: str) -> bytes:
    """The same page printed on A4, with its number and the count of pages on each."""
    plutoprint.plutobook_set_fontconfig_path(str(NO_FONTS))
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4, plutoprint.PAGE_MARGINS_NONE)
    book.load_html(html(paper, issuer))
    book.set_metadata(plutoprint.PDF_METADATA_TITLE, f"{paper.title} {paper.invoice.number}")
    pages = BytesIO()
    book.write_to_pdf_stream(pages)
    return pages.getvalue()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_without_hidden,
    )
    environment.filters |= {
        "money": amount,
        "decimal": written,
        "month": month,
        "country": _country,
        "day": "{:%d %B %Y}".format,
    }
    return environment


def _without_hidden(value: object) -> object:
    return without_hidden(value) if type(value) is str else value  # what a macro made is markup, and ours


def _country(code: str) -> str:
    """The name of a country; the code of one without a name in the list (Kosovo)."""
    found = pycountry.countries.get(alpha_2=code)
    return code if found is None else str(getattr(found, "common_name", found.name))
