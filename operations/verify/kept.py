"""The documents of the services as the books keep them. Each function takes one document as the database gives it.

A field that has its default is not stored (``services/engine/core/document.py``).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from contracts.messages.orders import OrderSubmitted
from operations.verify.books import Books
from operations.verify.entering import enter
from operations.verify.found import Found, address, without_incarnation
from operations.verify.parts import account, priced
from services.engine.adapters.mongo_checkpoint import from_document
from services.engine.core.record import Outgoing

AnyDocument = Mapping[str, Any]
SUBMISSION: Final = OrderSubmitted.type_name()


def enter_checkpoint(books: Books, service: str, document: AnyDocument) -> None:
    """How far a lane was read, and what it has still to say: it stands in the log already, or will."""
    saying: tuple[Outgoing, ...] = ()
    with books.entry(_place(service, "checkpoints", document)):
        checkpoint = from_document(document)
        for topic, following in checkpoint.offsets.items():
            incarnation = checkpoint.incarnations.get(topic, 0)
            books.add("checkpoints", service, topic, checkpoint.lane, following, incarnation)
        saying = checkpoint.outgoing
    for outgoing in saying:
        enter(books, Found.in_checkpoint(outgoing))


def enter_document(books: Books, service: str, collection: str, document: AnyDocument) -> None:
    """A document of one of the ``COLLECTIONS``; one that is not as the service writes it is entered as unreadable."""
    with books.entry(_place(service, collection, document)):
        if not isinstance(document["_id"], str):
            raise TypeError("an id that is no text")  # none of ours; SQLite would take 1, 1.0 and True for the same
        ENTERED[service, collection](books, document)


def _place(service: str, collection: str, document: AnyDocument) -> str:
    return f"document {service}.{collection} {document.get('_id')!r:.200}"


def enter_order(books: Books, order: AnyDocument) -> None:
    """An order of orders, with its items as far as fulfillment told of them."""
    order_id = order["_id"]
    cancelled = order.get("cancelled_at") is not None
    confirmed = order.get("confirmed_at") is not None
    held = bool(order.get("holds"))
    status, test = order.get("status", "pending"), order.get("test", False)
    books.add("orders", order_id, order["version"], status, held, confirmed, cancelled, order["payer"], test)
    told = {row["item_id"]: (row["taken"], row["cancelled"]) for row in order.get("progress", ())}
    for item in order["items"]:
        books.add("items", order_id, item["item_id"], item["quantity"], *told.get(item["item_id"], (0, 0)))


def enter_tally(books: Books, tally: AnyDocument) -> None:
    """How many orders of a lane have each status, by what the search counts."""
    for status, orders in tally.items():
        if status != "_id":
            books.add("tallies", tally["_id"], status, orders)


def enter_awaited_order(books: Books, awaited: AnyDocument) -> None:
    """Requests that wait for an order, and orders that wait for the catalog."""
    for parked in awaited.get("parked", ()):
        why = "wait for the catalog" if parked["type"] == SUBMISSION else "wait for their order"
        books.add("waits", _stood(parked), why, awaited["_id"])
    cancellation = awaited.get("cancellation")
    if cancellation is not None:
        books.add("waits", _stood(cancellation), "wait for their order", awaited["_id"])


def enter_change_line(books: Books, line: AnyDocument) -> None:
    """The change that fulfillment is asked about, and those that wait behind it."""
    books.add("waits", _stood(line["open"]["request"]), "wait for fulfillment to decide", line["_id"])
    for parked in line.get("waiting", ()):
        books.add("waits", _stood(parked), "wait for another change of their order", line["_id"])


def _stood(parked: AnyDocument) -> str:
    """Where a request of orders first stood."""
    return address(parked["topic"], parked["partition"], parked["offset"])


def enter_ledger(books: Books, ledger: AnyDocument) -> None:
    """A ledger of fulfillment: its lines, its subscriptions, and the scans that wait."""
    order_id = ledger["_id"]
    terms, opened = ledger.get("terms"), ledger.get("opened", False)
    payer = terms[-1]["payer"] if terms else None
    cancelled = ledger.get("cancelled_at") is not None
    books.add("ledgers", order_id, ledger.get("version", 0), opened, cancelled, payer)
    for line in ledger.get("lines", ()):
        books.add("lines", order_id, line["item_id"], line["units"], line.get("taken", 0), line.get("cancelled", 0))
    _enter_entries(books, order_id, ledger.get("entries", ()), 1)
    if not ledger.get("order_version"):
        why = "wait for their order"
    else:
        why = "wait for a confirmation" if opened else "wait for the release of a hold"
    for parked in ledger.get("parked", ()):
        scan, wish = parked.get("scan"), parked.get("wish")
        waits = why if wish is None else "wait for their subscription"
        books.add("waits", without_incarnation((scan or wish)["address"]), waits, order_id)


def enter_entry_page(books: Books, page: AnyDocument) -> None:
    """Subscriptions of an order with more than its ledger holds itself."""
    _enter_entries(books, page["order_id"], page["entries"], page["first"])


def _enter_entries(books: Books, order_id: str, entries: Iterable[AnyDocument], first: int) -> None:
    for number, entry in enumerate(entries, start=first):
        state = entry.get("state", "active")
        books.add("entries", f"{order_id}/{number}", order_id, entry["item_id"], entry["serial"], state)


def enter_asset(books: Books, asset: AnyDocument) -> None:
    """A device of fulfillment; only one in use has a holder."""
    last = asset["history"][-1] if asset.get("history") and asset["state"] == "in_use" else None
    books.add("assets", asset["_id"], None if last is None else f"{last['order_id']}/{last['number']}")


def enter_share(books: Books, share: AnyDocument) -> None:
    """A share of billing: each subscription that a payer ever heard of."""
    for held in share.get("subscriptions", ()):
        books.add(
            "holdings",
            share["payer"],
            held["subscription_id"],
            held["version"],
            share["customer_id"],
            held["term"],
            share["currency"],
            share["test"],
            held["state"],
            json.dumps(held.get("issued", ())),
            json.dumps(priced(held)),
        )


def enter_invoice(books: Books, invoice: AnyDocument) -> None:
    """An invoice of billing; one that is not done is being prepared."""
    its = invoice
    sums = (its["lines"], its["credit_lines"], its["pages"], its["charges"], its["credited"], its["total"])
    books.add("kept_invoices", its["_id"], its["payer"], its.get("done", False), *sums)


def enter_page(books: Books, page: AnyDocument) -> None:
    """A page of an invoice's lines."""
    amount = sum(line["amount"] for line in page["lines"])
    books.add("kept_pages", page["number"], page["page"], len(page["lines"]), amount)


def enter_run(books: Books, run: AnyDocument) -> None:
    """The requests for billing runs that are on their way."""
    for one in run.get("open", ()):
        books.add("waits", without_incarnation(one["address"]), "wait for the end of a billing run", run["_id"])


def enter_account(books: Books, its: AnyDocument) -> None:
    """An account of billing with its totals."""
    key = account(its["payer"], its["term"], its["currency"], test=its["test"])
    totals = tuple(its.get(name, 0) for name in ("active", "customers", "monthly_total", "outstanding"))
    books.add("accounts", key, its.get("version", 0), *totals)
    for period, subscriptions in its.get("opens", {}).items():
        books.add("opens", key, period, subscriptions)


def enter_payer(books: Books, payer: AnyDocument) -> None:
    """When a payer is invoiced."""
    books.add("payers", payer["_id"], payer.get("billing_day"), payer.get("last_period"))


COLLECTIONS: Final = (
    ("orders", "orders", enter_order),
    ("orders", "tallies", enter_tally),
    ("orders", "awaited_orders", enter_awaited_order),
    ("orders", "change_lines", enter_change_line),
    ("fulfillment", "ledgers", enter_ledger),
    ("fulfillment", "entry_pages", enter_entry_page),
    ("fulfillment", "assets", enter_asset),
    ("billing", "shares", enter_share),
    ("billing", "accounts", enter_account),
    ("billing", "payers", enter_payer),
    ("billing", "invoices", enter_invoice),
    ("billing", "invoice_pages", enter_page),
    ("billing", "runs", enter_run),
)
"""Service, collection, and what a document of it is to the books."""
ENTERED: Final = {(service, collection): entered for service, collection, entered in COLLECTIONS}

IGNORED: Final = (
    "heard",
    "submitted",
    "customer",
    "billing_address",
    "address",
    "newest",
    "newest_test",
    "first.address",
    "first_test.address",
    "shipping_address",
    "terms.customer",
    "terms.billing_address",
)
"""Fields that are not asked for: large ones, and everything about persons."""
PAGES_FIELDS: Final = ("number", "page", "lines.amount")
"""The only fields of an invoice's page that are asked for: it is large, and persons' names are all over it."""
