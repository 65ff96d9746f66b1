"""The invoices as billing keeps them, read in pages: nothing in here decides anything."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final

from pymongo import MongoClient
from pymongo.database import Database

from contracts.messages.invoices import Invoice, InvoiceLine
from installation.errors import InstallationError, mongo_answers

PAGES_AT_ONCE: Final = 20
"""Pages of lines, of 500 each, that are held in memory."""
AnyDocument = Mapping[str, Any]


class Archive:
    """Billing's invoices; ``opened`` makes one."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._database = database

    def invoice(self, number: str) -> Invoice:
        """The invoice of this number. Raises ``InstallationError`` with what to do if there is none."""
        found = self._database["invoices"].find_one({"_id": number, "done": True})
        if found is None:
            raise InstallationError(
                f"There is no invoice {number[:40]}. `leaseline invoices list` shows the numbers; one that a billing "
                "run is still preparing is there when the run is done."
            )
        return _invoice(found)

    def invoices(self, period: str | None = None, payer: str | None = None) -> Iterator[Invoice]:
        """Those of a period and a payer, by number; all if neither is named."""
        asked: dict[str, Any] = {"done": True}
        asked |= {} if period is None else {"period": period}
        asked |= {} if payer is None else {"payer": payer}
        for found in self._database["invoices"].find(asked).sort("_id", 1):
            yield _invoice(found)

    def lines(self, number: str) -> Iterator[InvoiceLine]:
        """The lines of an invoice, page by page, in their order."""
        between = {"$gt": f"{number}/", "$lt": f"{number}0"}
        pages = self._database["invoice_pages"].find({"_id": between}, batch_size=PAGES_AT_ONCE).sort("_id", 1)
        for page in pages:
            for line in page["lines"]:
                yield InvoiceLine.model_validate(line, strict=False)


def _invoice(found: AnyDocument) -> Invoice:
    return Invoice.model_validate(found, strict=False)


@contextmanager
def opened(uri: str, databases: str) -> Iterator[Archive]:
    """The archive of an installation whose databases' names begin so. Raises ``InstallationError``."""
    client: MongoClient[dict[str, Any]] = MongoClient(uri, tz_aware=True, serverSelectionTimeoutMS=5_000)
    with closing(client), mongo_answers():
        database = client[f"{databases}_billing"]
        if "invoices" not in database.list_collection_names():
            raise InstallationError(
                f"Billing never ran on databases {databases}_*: check LEASELINE_MONGO and LEASELINE_DATABASES."
            )
        yield Archive(database)
