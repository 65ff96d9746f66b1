"""`leaseline statement PAYER`: what was issued to a payer less credits, by due month."""

import asyncio
from collections.abc import Mapping, Sequence

from operations.cli.invoices import BillingDay, not_yet
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.documents.archive import opened
from operations.documents.money import amount
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns
from services.billing.rules.statement import DueMonth
from services.billing.rules.statement import statement as stated


def statement(
    payer: str,
    billing_day: BillingDay = 1,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Show an account statement: `group:<id>` or `customer:<id>`. Payments are not known here: nothing is overdue."""
    rows, none = asyncio.run(_read(addresses(data).mongo, databases, payer, billing_day))
    sheet = Sheet(
        columns("account", "due in", numbers=("invoices", "charges", "credits", "net")),
        title=f"Statement of {payer}",
        none=none,
    )
    for row in rows:
        credited = amount(-row.credited, row.currency) if row.credited else None
        charges, net = amount(row.charges, row.currency), amount(row.net, row.currency)
        sheet.add(row.account_id, row.month, row.invoices, charges, credited, net, data=_data(row))
    Screen(json=json).show(sheet)


async def _read(mongo: str, databases: str, payer: str, billing_day: int) -> tuple[Sequence[DueMonth], str]:
    """The rows; and what is said if there is none."""
    async with opened(mongo, databases) as archive:
        await archive.require_payer(payer)
        rows = stated([each async for each in archive.invoices(payer=payer)])
        if rows:
            return rows, ""
        return rows, not_yet(await archive.due(None, payer, billing_day), f"Nothing was issued to {payer}")


def _data(row: DueMonth) -> Mapping[str, object]:
    return {
        "account_id": row.account_id,
        "currency": row.currency,
        "month": row.month,
        "invoices": row.invoices,
        "charges": row.charges,
        "credited": row.credited,
        "net": row.net,
    }
