"""`leaseline statement PAYER`: what was issued to a payer less credits, by due month."""

from collections.abc import Mapping

from installation.errors import InstallationError
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.documents.archive import opened
from operations.documents.money import amount
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns
from services.billing.queries import DueMonth
from services.billing.queries import statement as stated


def statement(payer: str, databases: Databases = "leaseline", data: Data = None, json: Json = False) -> None:
    """Show an account statement: `group:<id>` or `customer:<id>`. Payments are not known here: nothing is overdue."""
    kind, colon, name = payer.partition(":")
    if kind not in ("group", "customer") or not colon or not name:
        raise InstallationError(f"{payer[:40]} is no payer: name it group:<id> or customer:<id>.")
    with opened(addresses(data).mongo, databases) as archive:
        rows = stated(archive.invoices(payer=payer))
    sheet = Sheet(
        columns("account", "due in", numbers=("invoices", "charges", "credits", "net")),
        title=f"Statement of {payer}",
        none=f"Nothing was issued to {payer}.",
    )
    for row in rows:
        credited = amount(-row.credited, row.currency) if row.credited else None
        charges, net = amount(row.charges, row.currency), amount(row.net, row.currency)
        sheet.add(row.account_id, row.month, row.invoices, charges, credited, net, data=_data(row))
    Screen(json=json).show(sheet)


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
