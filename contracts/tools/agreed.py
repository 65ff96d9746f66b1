"""Breaks of the released schemas that were agreed upon, each with the record of the decision. Nothing else may break.

A break is named whole: its type, its place and its sentence, so that no other change hides behind it. A release makes
the entries needless; they are emptied with it.
"""

from typing import Final

from contracts.tools.compatibility import Change

_LOWER_PRICE: Final = "narrowed: maximum 1000000000000 became 10000000000"
_SUMS: Final = "docs/decisions/0060-a-sum-has-a-bound.md"
_NOTHING_TO_PAY: Final = "docs/decisions/0062-nothing-to-pay-is-not-due.md"
AGREED: Final = {
    (
        "leaseline.billing.InvoiceIssued.v1",
        "invoice.due_date",
        "no longer always there: readers rely on it",
    ): _NOTHING_TO_PAY,
    ("leaseline.orders.VariantSubmitted.v1", "prices[].amount", _LOWER_PRICE): _SUMS,
    ("leaseline.orders.OrderSubmitted.v1", "items[].quoted_price.amount", _LOWER_PRICE): _SUMS,
    ("leaseline.orders.OrderAmendmentRequested.v1", "items.change[].quoted_price.amount", _LOWER_PRICE): _SUMS,
    ("leaseline.orders.OrderAmendmentRequested.v1", "items.add[].quoted_price.amount", _LOWER_PRICE): _SUMS,
    ("leaseline.fulfillment.ExtensionRequested.v1", "price.amount", _LOWER_PRICE): _SUMS,
}
"""By type, path and sentence: the file that says why."""


def judged(name: str, change: Change) -> Change:
    """The change of a type, no break if it was agreed upon; then it tells where."""
    record = AGREED.get((name, change.path, change.what))
    return change if record is None else Change(change.path, f"{change.what}, as agreed in {record}", breaks=False)
