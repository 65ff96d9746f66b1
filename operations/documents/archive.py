"""Billing's invoices for a person who asks: what is not there is told with what was probably meant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from contracts.messages.invoices import Invoice, InvoiceLine
from installation.errors import InstallationError, mongo_answers
from operations.terminal.near import LOOKED_AT, meant, near, no_such
from services.billing import queries
from services.billing.queries import Database, Due
from services.engine.adapters.mongo_client import connect

ELSE_LIST: Final = (
    "`leaseline invoices list` shows the numbers; one that a billing run is still preparing is there when the run is "
    "done."
)


class Archive:
    """Billing's invoices; ``opened`` makes one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def invoice(self, number: str) -> Invoice:
        """The invoice of this number. Raises ``InstallationError`` with what to do if there is none."""
        found = await queries.find_invoice(self._database, number)
        if found is None:
            numbers = [each async for each in queries.list_numbers(self._database, LOOKED_AT)]
            raise InstallationError(no_such("invoice", number, numbers, ELSE_LIST))
        return found

    async def require_payer(self, payer: str) -> None:
        """Raises ``InstallationError`` if this is no payer, or none that billing knows."""
        kind, colon, name = payer.partition(":")
        written = kind in ("group", "customer") and colon and name
        if written and await queries.knows_payer(self._database, payer):
            return
        known = {each.partition(":")[2]: each async for each in queries.list_payers(self._database, LOOKED_AT)}
        question = meant(known[each] for each in near(name if written else payer, known))
        if written:
            why = "A payer is known from its first subscription on."
            raise InstallationError(f"There is no payer {payer[:80]}.{question} {why}")
        raise InstallationError(f"{payer[:80]} is no payer: name it group:<id> or customer:<id>.{question}")

    async def due(self, period: str | None, payer: str | None, billing_day: int) -> Due | None:
        """Who has something to be invoiced, up to a period; None: nobody. ``billing_day`` is that of payers without a
        day of their own.
        """
        return await queries.find_due(self._database, period, payer, billing_day)

    def invoices(self, period: str | None = None, payer: str | None = None) -> AsyncIterator[Invoice]:
        """Those of a period and a payer, by number; all if neither is named."""
        return queries.list_invoices(self._database, period, payer)

    def lines(self, number: str) -> AsyncIterator[InvoiceLine]:
        """The lines of an invoice, page by page, in their order."""
        return queries.list_lines(self._database, number)


@asynccontextmanager
async def opened(uri: str, databases: str) -> AsyncIterator[Archive]:
    """The archive of an installation whose databases' names begin so. Raises ``InstallationError``."""
    with mongo_answers():
        async with connect(uri) as client:
            database = client[f"{databases}_billing"]
            if not await queries.has_run(database):
                raise InstallationError(
                    f"Billing never ran on databases {databases}_*: check LEASELINE_MONGO and LEASELINE_DATABASES."
                )
            yield Archive(database)
