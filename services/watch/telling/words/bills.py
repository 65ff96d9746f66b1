"""Billing: accounts, settings of payers, runs and invoices."""

from typing import Final

from contracts.messages import billing, invoices, payers, repairs
from services.watch.telling.part import UNKNOWN, Part
from services.watch.telling.phrase import Phrases, asked, internal, said
from services.watch.telling.phrasing import amount, counted, joined, spoken

_SETTINGS: Final = {
    "name": "name",
    "address": "address",
    "billing_day": "billing day",
    "default_term": "default term",
    "vat_id": "VAT id",
    "registration_number": "registration number",
}


def _settings(data: Part) -> str:
    given = [words for name, words in _SETTINGS.items() if data.has(name)]
    cleared = [_SETTINGS[name] for name in data.texts("clear") if name in _SETTINGS]
    return joined(*given, *(f"no {words}" for words in cleared)) or "nothing"


def _payer(data: Part) -> str:
    if data.has("group_id"):
        return f"group:{data.identifier('group_id')}"
    return f"customer:{data.identifier('customer_id')}" if data.has("customer_id") else UNKNOWN


def _run(data: Part) -> str:
    return f"billing run of {data.text('period')}"


def _counts(data: Part) -> str:
    counts = data.part("counts")
    return joined(
        counted(counts.number("invoices"), "invoice"),
        counted(counts.number("credit_notes"), "credit note") if counts.number("credit_notes") else "",
        counted(counts.number("lines"), "line"),
    )


def _progressed(data: Part) -> str:
    done = f"{data.number('lanes_done')} of {counted(data.number('lanes'), 'lane')} done"
    return f"{_run(data)}: {done}, {_counts(data)}"


def _completed(data: Part) -> str:
    return f"{_run(data)} completed: {_counts(data)}"


def _account(data: Part) -> str:
    account = data.part("account")
    currency = account.text("currency")
    inner = joined(
        counted(account.number("active_subscriptions"), "active subscription"),
        f"{amount(account.number('monthly_total'), currency)} a month",
        f"{amount(account.number('outstanding'), currency)} to be invoiced",
        f"next on {account.text('next_issue_date')}" if account.has("next_issue_date") else "",
        "a test" if account.flag("test") else "",
    )
    return f"account {account.text('account_id')}: {inner}"


def _issued(data: Part) -> str:
    invoice = data.part("invoice")
    kind = spoken(invoice.text("kind")) or "invoice"
    inner = joined(
        amount(invoice.number("total"), invoice.text("currency")),
        counted(invoice.number("lines"), "line"),
        f"due {invoice.text('due_date')}" if invoice.has("due_date") else "nothing to pay",
        "a test" if invoice.flag("test") else "",
    )
    return f"{kind} {invoice.text('number')} issued to {invoice.text('payer')}: {inner}"


def _lines(data: Part) -> str:
    return f"page {data.number('page')} of invoice {data.text('number')}: {counted(data.count('lines'), 'line')}"


PHRASES: Final[Phrases] = {
    payers.PayerSettingsSubmitted: asked(lambda data: f"settings of {_payer(data)} are to change: {_settings(data)}"),
    payers.PayerSettingsChanged: said(lambda data: f"settings of {data.text('payer')} are: {_settings(data)}"),
    repairs.PayerRepairRequested: asked(lambda data: f"accounts of {_payer(data)} are to be counted anew"),
    repairs.PayerRepaired: said(
        lambda data: (
            f"accounts of {data.text('payer')} were wrong and are counted anew: "
            f"{counted(data.count('accounts'), 'account')}, {counted(data.number('customers'), 'customer')}"
        )
    ),
    invoices.BillingRunRequested: asked(lambda data: f"{_run(data)} asked for, as of {data.text('as_of')}"),
    billing.BillingAccountChanged: said(_account),
    invoices.InvoiceIssued: said(_issued),
    invoices.InvoiceLinesIssued: said(_lines),
    invoices.BillingRunProgressed: said(_progressed),
    invoices.BillingRunCompleted: said(_completed),
    invoices.LaneInvoicingDue: internal(
        lambda data: f"{_run(data)}: next payers of lane {data.number('lane')} are due"
    ),
    invoices.PayerInvoicingDue: internal(
        lambda data: f"{_run(data)}: page {data.number('page')} of {data.text('payer')} is due"
    ),
    invoices.LaneInvoiced: internal(lambda data: f"{_run(data)}: lane {data.number('lane')} is done, {_counts(data)}"),
}
"""Those of billing."""
