"""Facts, answers and what a service says to itself, as the books keep them."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from pydantic_core import from_json

from contracts.registry import MESSAGES
from contracts.wire.envelope import Opened, opened
from contracts.wire.message import Body, Kind
from operations.verify.asked import ECHOED
from operations.verify.books import Books
from operations.verify.found import Found, without_incarnation
from operations.verify.parts import account, priced

FOREIGN: Final = "foreign"
"""Why a record of an event topic is none: it does not even claim to be said by a service."""
OURS: Final = "leaseline/"
"""How the source of everything begins that a service says."""


def enter_said(books: Books, found: Found) -> None:
    """Enters a record of an event or internal topic. What no service of ours said is no fact, whatever it claims.

    Raises ValueError, or what else its content leads to, for a record that only looks like one of ours.
    """
    said = _document(found.value)
    source = said.get("source")
    if not isinstance(source, str) or not source.startswith(OURS):
        books.add("unreadable", found.place, FOREIGN)
        return
    name, id_, data = str(said["type"]), str(said["id"]), said["data"]
    model = MESSAGES.get(name)
    kind = Kind.FACT if model is None and "version" in data else Kind.NOTICE if model is None else model.kind
    if kind is Kind.ACT:  # what a person of operations did: no service said it, and nothing follows from it
        if not _is_a(MESSAGES[name], found.value):
            books.add("unreadable", found.place, f"no {name.split('.')[-2]}")
        return
    subject, version, where = said.get("subject"), None, None
    if kind is Kind.FACT:
        subject, version = id_.rpartition("@")[0], data["version"]
        if type(version) is not int:
            raise ValueError(f"a fact with version {version!r:.50}")
    elif kind in (Kind.ANSWER, Kind.NOTICE):
        where = without_incarnation(id_.partition(":")[2])
    short = name.split(".")[-2]
    cause = (said.get("causationsource"), said.get("causationid"))
    digest = blake2b(found.value or b"", digest_size=8).digest()
    place = (found.topic, found.lane, found.offset, found.at)
    service = source.removeprefix(OURS)
    books.add("said", service, *place, short, kind.value, subject, version, where, id_, *cause, digest)
    if model is not None and not _is_a(model, found.value):
        books.add("unreadable", found.place, f"no {short}")  # it was said, and what it carries is nothing
    elif kind is Kind.FACT:
        _enter_fact(books, short, subject, data, cause)
    elif short == "ItemFulfillmentRefused":
        for number, refused in enumerate(data["serials"]):
            books.add("declined", where, number, refused["serial"][:ECHOED], data["accepted"])
    elif short == "RequestRepeated":
        first = (data.get("first_source"), data.get("first_id"))
        books.add("repeats", where, service, subject, *first, data["outcome"], bool(data["codes"]))


def _is_a(model: type[Body], value: bytes | None) -> bool:
    read = opened(value, (), {model.type_name(): model})
    return isinstance(read, Opened) and read.body is not None


def _document(value: bytes | None) -> Mapping[str, Any]:
    try:
        document = from_json(value or b"")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _enter_fact(books: Books, name: str, subject: object, data: Mapping[str, Any], cause: tuple[Any, Any]) -> None:
    """The newest state that facts carry, whatever their names: facts of the same part carry the same whole."""
    version = data["version"]
    if "subscription" in data:
        its = data["subscription"]
        customer = its["customer"]
        term = "at_once" if customer["type"] == "individual" else its.get("term")
        books.add(
            "subscriptions",
            its["subscription_id"],
            version,
            its["order_id"],
            its["item_id"],
            its["serial"],
            its["state"],
            customer["id"],
            term,
            its["currency"],
            its["test"],
            json.dumps(priced(its)),
        )
        if name == "SubscriptionCreated":
            books.add("accepted", subject, version, *cause, its["raw_serial"][:ECHOED])
    elif "order" in data:
        books.add("order_facts", data["order"]["order_id"], version, data["order"]["status"])
    elif name == "OrderStatusChanged":
        books.add("order_facts", data["order_id"], version, data["status"])
    elif "account" in data:
        its = data["account"]
        key = account(its["payer"], its["term"], its["currency"], test=its["test"])
        totals = (its["active_subscriptions"], its["customers"], its["monthly_total"], its["outstanding"])
        days = int(its["term"].removeprefix("net_")) if its["term"].startswith("net_") else 0
        dates = (its.get("next_issue_date"), its.get("next_due_date"))
        books.add("account_facts", key, version, *totals, its["payer"], days, *dates)
    elif "invoice" in data:
        its = data["invoice"]
        sums = (its["lines"], its["credit_lines"], its["pages"], its["charges"], its["credited"], its["total"])
        whose = (its["payer"], its["account_id"], its["test"], its["period"])
        books.add("invoices", its["number"], *whose, running(its["number"]), *sums)
    elif name == "InvoiceLinesIssued":
        number, page = data["number"], data["page"]
        for place, line in enumerate(data["lines"]):
            month = (
                line["subscription_id"],
                line["contract_month"],
                line["amount"],
                line.get("credits"),
                line["period"],
            )
            books.add("invoice_lines", number, page, place, running(number), data["payer"], *month)


def running(number: str) -> int:
    """An invoice's running number among those of its payer and test mark."""
    return int(number.rpartition("-")[2])
