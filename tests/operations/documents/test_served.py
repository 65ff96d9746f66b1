"""Papers for the HTTP side: made in a process of their own, which ends with ours and is begun anew when it died."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from io import BytesIO

import psutil
import pytest
from pypdf import PdfReader

from contracts.messages.invoices import InvoiceLine
from deploy.local.places import PROJECT
from operations.documents.paper import paper
from operations.documents.printing import html
from operations.serving import papers as serving
from operations.serving.papers import PrintedPapers
from services.http.telling.problem import Problem
from tests.operations.documents.issued import invoice, lines

ISSUER = "Retro Rental"


async def read(every: Iterable[InvoiceLine]) -> AsyncIterator[InvoiceLine]:
    for each in every:
        yield each


def workers() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(each.cmdline())]


async def test_a_page_and_a_print_are_those_of_the_command() -> None:
    made, all_lines = invoice(), lines()
    papers = PrintedPapers(ISSUER)
    assert (await papers.html(made, read(all_lines))).decode() == html(paper(made, all_lines), ISSUER)
    printed = PdfReader(BytesIO(await papers.pdf(made, read(all_lines))))
    assert made.number in printed.pages[0].extract_text()


async def test_the_lines_come_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.documents.export.PIECE", 100)
    pieces = [piece async for piece in PrintedPapers(ISSUER).csv(invoice(), read(lines()))]
    assert len(pieces) > 3
    rows = "".join(pieces).splitlines()
    assert len(rows) == 1 + len(lines())
    assert rows[0].startswith("number,kind,account")


async def test_where_the_process_was_killed_another_one_is_begun() -> None:
    papers = PrintedPapers(ISSUER)
    await papers.html(invoice(), read(lines()))
    assert workers()
    for each in workers():
        each.kill()
        each.wait(10)
    assert invoice().number.encode() in await papers.html(invoice(), read(lines()))


async def test_one_too_many_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MOST_WAITING", 1)
    papers = PrintedPapers(ISSUER)
    first = asyncio.create_task(papers.html(invoice(), read(lines())))
    await asyncio.sleep(0)
    with pytest.raises(Problem) as found:
        await papers.pdf(invoice(), read(lines()))
    assert (found.value.document.status, found.value.headers["Retry-After"]) == (503, "5")
    assert await first


HOLDER = """
import asyncio, sys
from operations.serving.papers import PrintedPapers
from tests.operations.documents.issued import invoice, lines
async def read():
    for each in lines():
        yield each
async def main():
    papers = PrintedPapers("x")
    await papers.html(invoice(), read())
    print("made", flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


def test_it_never_outlives_the_process_that_asked_for_papers() -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, cwd=PROJECT)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"made\n"
    children = psutil.Process(holder.pid).children(recursive=True)
    assert children
    holder.kill()
    holder.wait()
    end = time.monotonic() + 10
    while any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in children):
        assert time.monotonic() < end, children
        time.sleep(0.05)
