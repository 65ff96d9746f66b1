"""Every list in billing's stored documents has an end, and a test that knows them all."""

from contracts.messages.payers import PayerSettingsSubmitted
from services.billing.rules.answers import REMEMBERED
from services.billing.service import COLLECTIONS, billing
from services.engine.core.inbox import DecidedRequests
from tests.billing.subscriptions import TULIP
from tests.lists import lists_in
from tests.scene import Scene

BOUNDED = {
    "Payer.accounts": "terms x currencies x 2 (test_bounds.py)",
    "Payer.shares": "FEW (test_few_shares.py)",
    "Payer.runs": "OPEN_RUNS of a period (test_bounds.py)",
    "Invoicing.drafts": "one for each account",
    "Account.opens": "calendar months",
    "Account.sources": "four",
    "Share.items": "one for each SKU of an item in the share's subscriptions",
    "Share.subscriptions": "IN_A_SHARE (test_large_orders.py)",
    "Share.invoices": "the runs in which one of them had a line: contract months and what they were credited by",
    "Held.payers": "MOST_MOVES of fulfillment, and an extension each",
    "Held.prices": "200 extensions of six months are 1,200 months",
    "Held.issued": "MOST_MONTHS",
    "Held.issued_by": "MOST_MONTHS",
    "InvoicePage.lines": "LINES_ON_A_PAGE (test_runs_said_again.py)",
    "Run.open": "OPEN_RUNS (test_bounds.py)",
    "Pass.done": "lanes, at most 1,024",
    "Pass.ignored": "named in contracts/wire/problems.py, a few",
    "DecidedRequests.heard": "REMEMBERED, below",
}
"""Each with its bound, or the test that proves it."""


def test_each_list_that_is_kept_is_known_with_its_bound() -> None:
    found = lists_in((collection.kind for collection in COLLECTIONS), "services.billing")

    assert found == set(BOUNDED)


def test_the_oldest_requests_of_a_payer_are_forgotten() -> None:
    scene = Scene(billing())
    for day in range(REMEMBERED + 5):
        scene.hears(PayerSettingsSubmitted(group_id="tulip", billing_day=1 + day % 28, actor="Hedy"))
    assert len(scene.document(DecidedRequests, TULIP).heard) == REMEMBERED
