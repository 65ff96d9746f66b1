"""The invoices as billing keeps them, read in pages: nothing in here decides anything."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from typing import Any, Final

from pymongo import MongoClient
from pymongo.database import Database

from contracts.messages.invoices import Invoice, InvoiceLine
from installation.errors import InstallationError, mongo_answers
from operations.terminal.near import meant, near, no_such
from services.billing.rules.calendar import issue_date, period_after

PAGES_AT_ONCE: Final = 20
"""Pages of lines, of 500 each, that are held in memory."""
ELSE_LIST: Final = (
    "`leaseline invoices list` shows the numbers; one that a billing run is still preparing is there when the run is "
    "done."
)
Document = Mapping[str, Any]


class Archive:
    """Billing's invoices; ``opened`` makes one."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._database = database

    def invoice(self, number: str) -> Invoice:
        """The invoice of this number. Raises ``InstallationError`` with what to do if there is none."""
        found = self._database["invoices"].find_one({"_id": number, "done": True})
        if found is None:
            numbers = (each["_id"] for each in self._database["invoices"].find({"done": True}, {"_id": 1}))
            raise InstallationError(no_such("invoice", number, numbers, ELSE_LIST))
        return _invoice(found)

    def require_payer(self, payer: str) -> None:
        """Raises ``InstallationError`` if this is no payer, or none that billing knows."""
        kind, colon, name = payer.partition(":")
        written = kind in ("group", "customer") and colon and name
        if written and self._database["payers"].find_one({"_id": payer}, {"_id": 1}) is not None:
            return
        known = {
            str(each["_id"]).partition(":")[2]: each["_id"] for each in self._database["payers"].find({}, {"_id": 1})
        }
        question = meant(known[each] for each in near(name if written else payer, known))
        if written:
            why = "A payer is known from its first subscription on."
            raise InstallationError(f"There is no payer {payer[:80]}.{question} {why}")
        raise InstallationError(f"{payer[:80]} is no payer: name it group:<id> or customer:<id>.{question}")

    def due(self, period: str | None, payer: str | None, billing_day: int) -> tuple[int, date] | None:
        """How many payers have something to be invoiced, up to a period, and from which day on. None: nobody has.

        ``billing_day`` is that of payers without a day of their own.
        """
        days: dict[str, date] = {}
        asked = {"opens": {"$nin": [None, {}]}, "test": False} | ({} if payer is None else {"payer": payer})
        for account in self._database["accounts"].find(asked, {"payer": 1, "opens": 1}):
            first = min(account["opens"])
            if period is not None and first > period:
                continue
            its = (
                self._database["payers"].find_one({"_id": account["payer"]}, {"billing_day": 1, "last_period": 1}) or {}
            )
            last = its.get("last_period")
            wanted = period or first
            issued = max(wanted, period_after(last)) if last else wanted
            day = issue_date(issued, its.get("billing_day") or billing_day)
            days[account["payer"]] = min(day, days.get(account["payer"], day))
        return (len(days), min(days.values())) if days else None

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


def _invoice(found: Document) -> Invoice:
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
