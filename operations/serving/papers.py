"""Invoices as pages and on paper for the HTTP side, made in a process of their own: a page takes tenths of a second of
computing, and whoever waits for an order would wait for it.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Final, TypeVar

from contracts.messages.invoices import Invoice, InvoiceLine
from deploy.local.parent import end_with
from operations.documents.export import csv_of
from operations.documents.paper import Paper, paper_read
from operations.documents.printing import html, pdf
from services.http.telling.problem import Fault, fault

T = TypeVar("T", str, bytes)
MOST_WAITING: Final = 16
"""Papers that may wait for the process that makes them; one more is told to come again."""


class PrintedPapers:
    """Makes them. The process begins with the first one that is asked for, and ends with this one."""

    def __init__(self, issuer: str) -> None:
        """``issuer`` counts for an invoice that does not say who issued it."""
        self._issuer = issuer
        self._pool: ProcessPoolExecutor | None = None
        self._waiting = 0

    async def html(self, invoice: Invoice, lines: AsyncIterator[InvoiceLine]) -> bytes:
        """The page, UTF-8. Raises ``Problem`` while too many wait."""
        return (await self._make(html, invoice, lines)).encode()

    async def pdf(self, invoice: Invoice, lines: AsyncIterator[InvoiceLine]) -> bytes:
        """The printed page. Raises ``Problem`` while too many wait."""
        return await self._make(pdf, invoice, lines)

    def csv(self, invoice: Invoice, lines: AsyncIterator[InvoiceLine]) -> AsyncIterator[str]:
        """The lines with a header, piece by piece: they are never all in memory."""
        return csv_of(invoice, lines)

    async def _make(self, how: Callable[[Paper, str], T], invoice: Invoice, lines: AsyncIterator[InvoiceLine]) -> T:
        if self._waiting >= MOST_WAITING:
            raise fault(Fault.TOO_MANY_WAITING, "too many papers are being printed", headers={"Retry-After": "5"})
        self._waiting += 1
        try:
            paper = await paper_read(invoice, lines)
            try:
                return await self._run(how, paper)
            except BrokenProcessPool:  # somebody ended the process: another one is begun, once
                self._pool = None
                return await self._run(how, paper)
        finally:
            self._waiting -= 1

    async def _run(self, how: Callable[[Paper, str], T], paper: Paper) -> T:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                max_workers=1, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(),)
            )
        return await asyncio.get_running_loop().run_in_executor(self._pool, how, paper, self._issuer)


def _begin(parent: int) -> None:
    """Ctrl-C and the end of the installation are its parent's affair; it never outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
