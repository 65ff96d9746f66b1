"""What is read of billing's documents: invoices and their lines, payers, who has something to be invoiced.

Nothing in here decides anything. Every function takes billing's database, as ``mongo_client.connect`` opens it.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from contracts.messages.invoices import Invoice, InvoiceLine
from contracts.values.immutable import Immutable
from services.billing.documents.invoice import KeptInvoice, Line
from services.billing.rules.calendar import issue_date, period_after
from services.engine.core.document import read_from

Database = AsyncDatabase[dict[str, Any]]

PAGES_AT_ONCE: Final = 20
"""Pages of lines, of 500 each, that are held in memory."""


class Due(Immutable):
    """How many payers have something to be invoiced, and the first day on which one of them is."""

    payers: int
    first_day: date


async def has_run(database: Database) -> bool:
    """Whether billing ever ran on this database."""
    return "invoices" in await database.list_collection_names()


async def find_invoice(database: Database, number: str) -> Invoice | None:
    """The invoice of this number; None also while a run is still preparing it."""
    found = await database["invoices"].find_one({"_id": number, "done": True})
    return None if found is None else _invoice(found)


async def list_invoices(
    database: Database, period: str | None = None, payer: str | None = None
) -> AsyncIterator[Invoice]:
    """Those of a period and a payer, by number; all if neither is named."""
    asked: dict[str, Any] = {"done": True}
    asked |= {} if period is None else {"period": period}
    asked |= {} if payer is None else {"payer": payer}
    async for found in database["invoices"].find(asked).sort("_id", 1):
        yield _invoice(found)


async def list_numbers(database: Database, most: int) -> AsyncIterator[str]:
    """The numbers of up to ``most`` invoices."""
    async for found in database["invoices"].find({"done": True}, {"_id": 1}).limit(most):
        yield str(found["_id"])


async def list_lines(database: Database, number: str) -> AsyncIterator[InvoiceLine]:
    """The lines of an invoice, page by page, in their order."""
    between = {"$gt": f"{number}/", "$lt": f"{number}0"}
    async for page in database["invoice_pages"].find({"_id": between}, batch_size=PAGES_AT_ONCE).sort("_id", 1):
        for line in page["lines"]:
            yield read_from(line, Line).to_contract()


async def knows_payer(database: Database, payer: str) -> bool:
    """Whether billing ever heard of this payer, ``group:<id>`` or ``customer:<id>``."""
    return await database["payers"].find_one({"_id": payer}, {"_id": 1}) is not None


async def list_payers(database: Database, most: int) -> AsyncIterator[str]:
    """Up to ``most`` payers."""
    async for found in database["payers"].find({}, {"_id": 1}).limit(most):
        yield str(found["_id"])


async def find_due(database: Database, period: str | None, payer: str | None, billing_day: int) -> Due | None:
    """Who has something to be invoiced, up to a period; None: nobody. ``billing_day`` is that of payers without one."""
    days: dict[str, date] = {}
    asked = {"opens": {"$nin": [None, {}]}, "test": False} | ({} if payer is None else {"payer": payer})
    accounts = await database["accounts"].aggregate(
        [
            {"$match": asked},
            {"$lookup": {"from": "payers", "localField": "payer", "foreignField": "_id", "as": "its"}},
            {"$project": {"payer": 1, "opens": 1, "its.billing_day": 1, "its.last_period": 1}},
        ]
    )
    async for account in accounts:
        first = min(account["opens"])
        if period is not None and first > period:
            continue
        its: Mapping[str, Any] = account["its"][0] if account["its"] else {}
        last, wanted = its.get("last_period"), period or first
        issued = max(wanted, period_after(last)) if last else wanted
        day = issue_date(issued, its.get("billing_day") or billing_day)
        days[account["payer"]] = min(day, days.get(account["payer"], day))
    return Due(len(days), min(days.values())) if days else None


def _invoice(found: Mapping[str, Any]) -> Invoice:
    return read_from(found, KeptInvoice).to_contract()
