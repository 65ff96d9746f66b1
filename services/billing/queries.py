"""What is read of billing's documents: invoices and their lines, payers, who has something to be invoiced.

Nothing in here decides anything, and what comes from outside stands under ``$eq`` or a bound, never as an operator.
Every function takes billing's database, as ``mongo_client.connect`` opens it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from contracts.messages.invoices import Invoice, InvoiceLine
from contracts.values.immutable import Immutable
from services.billing.documents.account import Account
from services.billing.documents.invoice import InvoicePage, KeptInvoice, Line, page_id
from services.billing.documents.payer import Payer
from services.billing.documents.run import Counts, LaneRun, Run, lane_run_id
from services.billing.documents.share import Share
from services.billing.rules.calendar import issue_date, period_after
from services.billing.rules.due import Foreseen, WhyNot, foresee, last_numbers, why_not_invoiced
from services.engine.core.document import read_from

Database = AsyncDatabase[dict[str, Any]]

PAGES_AT_ONCE: Final = 20
"""Pages of lines, of 500 each, that are held in memory."""
MOST_READ: Final = 500
"""Invoices that one page of a list reads (``docs/decisions/0093``)."""
MOST_SHARES: Final = 1_000
"""Shares that one page of a preview reads."""


class Due(Immutable):
    """How many payers have something to be invoiced, and the first day on which one of them is."""

    payers: int
    first_day: date


async def has_run(database: Database) -> bool:
    """Whether billing ever ran on this database."""
    return "invoices" in await database.list_collection_names()


async def find_invoice(database: Database, number: str) -> Invoice | None:
    """The invoice of this number; None also while a run is still preparing it."""
    found = await find_kept_invoice(database, number)
    return None if found is None else found.to_contract()


async def find_kept_invoice(database: Database, number: str) -> KeptInvoice | None:
    """The same as it is kept."""
    found = await database["invoices"].find_one({"_id": {"$eq": number}, "done": True})
    return None if found is None else read_from(found, KeptInvoice)


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


async def find_account(database: Database, account_id: str) -> tuple[Account, Payer] | None:
    """The account of this id, with its payer."""
    found = await database["accounts"].find_one({"_id": {"$eq": account_id}})
    if found is None:
        return None
    account = read_from(found, Account)
    payer = await find_payer(database, account.payer)
    return None if payer is None else (account, payer)


async def find_payer(database: Database, payer_id: str) -> Payer | None:
    """A group or a customer who pays, as billing knows it."""
    found = await database["payers"].find_one({"_id": {"$eq": payer_id}})
    return None if found is None else read_from(found, Payer)


async def list_accounts(
    database: Database, payer_id: str | None, after: str | None, limit: int
) -> tuple[Sequence[tuple[Account, Payer]], str | None]:
    """Up to ``limit`` accounts behind one, by id, with their payers; and behind which one to read on."""
    first = after or ""
    asked: dict[str, Any] = {"$gt": first}
    if payer_id is not None:  # an account's id begins with its payer's and a slash
        asked = {"$gt": max(first, f"{payer_id}/"), "$lt": f"{payer_id}0"}
    stored = await database["accounts"].find({"_id": asked}).sort("_id", 1).limit(limit + 1).to_list()
    accounts = [read_from(each, Account) for each in stored[:limit]]
    ids = list({account.payer for account in accounts})
    payers = {each["_id"]: read_from(each, Payer) async for each in database["payers"].find({"_id": {"$in": ids}})}
    found = [(account, payers[account.payer]) for account in accounts if account.payer in payers]
    return found, stored[limit - 1]["_id"] if len(stored) > limit else None


async def list_groups(
    database: Database, after: str | None, limit: int
) -> tuple[Sequence[tuple[str, Payer]], str | None]:
    """Up to ``limit`` billing groups behind one, by id; and behind which one to read on."""
    asked = {"$gt": max(after or "", "group:"), "$lt": "group;"}
    stored = await database["payers"].find({"_id": asked}).sort("_id", 1).limit(limit + 1).to_list()
    found = [(str(each["_id"]), read_from(each, Payer)) for each in stored[:limit]]
    return found, found[-1][0] if len(stored) > limit else None


class WantedInvoices(Immutable):
    """Which invoices: all that is named must be so."""

    account: str | None = None
    payer: str | None = None
    period: str | None = None

    def driver(self) -> str | None:
        """The field by whose index they are read; an account has at most one invoice a period."""
        named = (("account_id", self.account), ("payer", self.payer), ("period", self.period))
        return next((field for field, value in named if value is not None), None)

    def fits(self, invoice: KeptInvoice) -> bool:
        """Whether it is one of them, and final."""
        return (
            invoice.done
            and self.account in (None, invoice.account_id)
            and self.payer in (None, invoice.payer)
            and self.period in (None, invoice.period)
        )


async def page_invoices(
    database: Database, wanted: WantedInvoices, after: str | None, limit: int
) -> tuple[Sequence[KeptInvoice], str | None]:
    """Up to ``limit`` of them behind a number, by number; and behind which one to read on."""
    asked: dict[str, Any] = {"_id": {"$gt": after or ""}}
    hint = [("_id", 1)]
    driver = wanted.driver()
    if driver is not None:
        value = {"account_id": wanted.account, "payer": wanted.payer, "period": wanted.period}[driver]
        asked[driver] = {"$eq": value}
        hint = [(driver, 1), ("_id", 1)]
    found: list[KeptInvoice] = []
    read, last = 0, ""
    async for each in database["invoices"].find(asked, batch_size=limit + 1).sort("_id", 1).limit(MOST_READ).hint(hint):
        invoice = read_from(each, KeptInvoice)
        if wanted.fits(invoice):
            if len(found) == limit:
                return found, found[-1].number
            found.append(invoice)
        read, last = read + 1, invoice.number
    return found, last if read == MOST_READ else None


async def page_lines(
    database: Database, number: str, after: tuple[int, int] | None, limit: int
) -> tuple[Sequence[InvoiceLine], tuple[int, int] | None]:
    """Up to ``limit`` lines of an invoice behind a place (a page of lines and how many of it were read); and where to
    read on.
    """
    page, done = after or (1, 0)
    asked = {"_id": {"$gte": page_id(number, page), "$lt": f"{number}0"}}
    found: list[InvoiceLine] = []
    async for stored in database["invoice_pages"].find(asked, batch_size=1).sort("_id", 1):
        kept = read_from(stored, InvoicePage)
        begin = done if kept.page == page else 0
        for place, line in enumerate(kept.lines[begin:], begin):
            if len(found) == limit:
                return found, (kept.page, place)
            found.append(line.to_contract())
    return found, None


class FoundRun(Immutable):
    """One run of a period, as far as it has come."""

    run: int
    as_of: date
    lanes_done: int
    counts: Counts


async def find_runs(database: Database, period: str, lanes: int, most: int) -> Sequence[FoundRun] | None:
    """The runs of a period, the newest first; None: there was none."""
    stored = await database["runs"].find_one({"_id": {"$eq": f"run:{period}"}})
    if stored is None:
        return None
    kept = read_from(stored, Run)
    found = []
    for number in range(kept.run, max(0, kept.run - most), -1):
        ids = [lane_run_id(period, number, lane) for lane in range(lanes)]
        parts = [read_from(each, LaneRun) async for each in database["lane_runs"].find({"_id": {"$in": ids}})]
        day = next((each.as_of for each in kept.open if each.run == number), None)
        as_of = day or next((part.as_of for part in parts), None)
        if as_of is not None:
            counts = sum((part.counts for part in parts), Counts())
            found.append(FoundRun(number, as_of, sum(part.done for part in parts), counts))
    return found


class ForeseenPage(Immutable):
    """What a run would do with some payers. ``behind`` is the payer and its share where to read on; no share: the payer
    is done; None: all of them are.
    """

    skipped: Mapping[str, WhyNot]
    invoices: Sequence[Foreseen]
    behind: tuple[str, str] | None = None


async def foresee_run(
    database: Database, period: str, as_of: date, billing_day: int, after: tuple[str, str], payers: int
) -> ForeseenPage:
    """What a run of this period would issue to the next ``payers`` payers, as things stand; nothing is written.

    At most ``MOST_SHARES`` shares are read: the invoices of a payer with more of them are told in parts.
    """
    first, share = after
    asked = {"_id": {"$gte" if share else "$gt": first}}
    stored = await database["payers"].find(asked).sort("_id", 1).limit(payers + 1).to_list()
    page = {str(each["_id"]): read_from(each, Payer) for each in stored[:payers]}
    due = await _with_due(database, page, period)
    skipped: dict[str, WhyNot] = {}
    invoices: list[Foreseen] = []
    left = MOST_SHARES
    for payer_id, payer in page.items():
        if payer_id not in due:
            continue
        day = payer.billing_day or billing_day
        why = why_not_invoiced(payer.last_period, period, as_of, day, await _last_issued(database, payer))
        if why is not None:
            skipped[payer_id] = why
            continue
        between = {"$gt": share if payer_id == first and share else f"{payer_id}/", "$lt": f"{payer_id}0"}
        shares = await database["shares"].find({"_id": between}).sort("_id", 1).limit(left).to_list()
        invoices += foresee([read_from(each, Share) for each in shares], period).values()
        if len(shares) == left:
            return ForeseenPage(skipped, invoices, (payer_id, str(shares[-1]["_id"])))
        left -= len(shares)
    return ForeseenPage(skipped, invoices, (str(stored[payers - 1]["_id"]), "") if len(stored) > payers else None)


async def _with_due(database: Database, payers: Mapping[str, Payer], period: str) -> frozenset[str]:
    ids = [account_id for payer in payers.values() for account_id in payer.accounts]
    found = database["accounts"].find({"_id": {"$in": ids}}, {"payer": 1, "opens": 1})
    return frozenset([str(each["payer"]) async for each in found if each.get("opens") and min(each["opens"]) <= period])


async def _last_issued(database: Database, payer: Payer) -> date | None:
    if payer.last_issued is not None:
        return payer.last_issued
    numbers = list(last_numbers(payer))
    found = await database["invoices"].find({"_id": {"$in": numbers}}).to_list() if numbers else []
    return max((read_from(each, KeptInvoice).issue_date for each in found), default=None)
