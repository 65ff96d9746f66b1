"""`leaseline statement PAYER`: what was issued to a payer less credits, by due month."""

from rich.console import Console
from rich.table import Table

from deploy.cli.invoice import Databases
from deploy.cli.topics import addresses
from deploy.documents.archive import opened
from deploy.documents.money import amount
from deploy.installation.trouble import InstallationTrouble
from services.billing.statement import statement as stated


def statement(payer: str, databases: Databases = "leaseline") -> None:
    """Show an account statement: `group:<id>` or `customer:<id>`. Payments are not known here: nothing is overdue."""
    kind, colon, name = payer.partition(":")
    if kind not in ("group", "customer") or not colon or not name:
        raise InstallationTrouble(f"{payer[:40]} is no payer: name it group:<id> or customer:<id>.")
    with opened(addresses().mongo, databases) as archive:
        rows = stated(archive.invoices(payer=payer))
    table = Table(title=f"Statement of {payer}", title_justify="left")
    for column in ("account", "due in"):
        table.add_column(column)
    for column in ("invoices", "charges", "credits", "net"):
        table.add_column(column, justify="right")
    for row in rows:
        credited = amount(-row.credited, row.currency) if row.credited else ""
        charges, net = amount(row.charges, row.currency), amount(row.net, row.currency)
        table.add_row(row.account_id, row.month, str(row.invoices), charges, credited, net)
    Console().print(table if rows else f"Nothing was issued to {payer}.")
