"""Invariant 6 over what was invoiced, broken one line at a time; and what waits of changes, runs and invoices."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.messages.changes import OrderAmendmentRequested
from contracts.messages.invoices import BillingRunRequested
from contracts.messages.life import ReversalRequested
from operations.verify.report import State
from services.billing.handlers import issuing
from tests.operations.verify.small_installation import LANES, SmallInstallation, healthy, invoiced
from tests.operations.verify.test_state_broken import broken


def lines_of(small: SmallInstallation, containing: str = "") -> Any:
    return small.said("InvoiceLinesIssued", containing)


def number(small: SmallInstallation, payer: str, running: int) -> str:
    numbers: list[str] = [json.loads(r.text)["data"]["invoice"]["number"] for r in small.said("InvoiceIssued", payer)]
    return next(each for each in dict.fromkeys(numbers) if each.endswith(f"{running:06}"))


def test_an_installation_that_issued_and_credited_invoices_has_nothing_broken() -> None:
    report = invoiced().report()
    assert [(each.number, each.offenders) for each in report.invariants if each.broken] == []
    assert report.summary == "7 of 7 hold"


def test_an_invoice_whose_lines_are_not_what_it_says_breaks_the_sixth() -> None:
    small = invoiced()
    (record,) = {r.text: r for r in small.said("InvoiceIssued", "group:engines") if "000001" in r.text}.values()
    small.rewrite(record, '"lines":2', '"lines":3')
    broken(small, 6, "says 3 lines", "its pages hold 2")


def test_a_page_that_nobody_said_breaks_the_sixth() -> None:
    small = invoiced()
    small.take_out(*lines_of(small, "customer:c-o-2"))
    broken(small, 6, "its pages hold none")


def test_a_gap_in_the_numbers_of_a_payer_breaks_the_sixth() -> None:
    small = invoiced()
    first = number(small, "group:engines", 1)
    small.take_out(*[r for r in small.said("InvoiceIssued") if first in r.text])
    broken(small, 6, "group:engines", "1 invoices with the numbers 2 to 2")


def test_an_invoice_that_billing_does_not_have_breaks_the_sixth() -> None:
    small = invoiced()
    first = number(small, "group:engines", 1)
    del small.documents["billing", "invoices"][first]
    broken(small, 6, first, "billing does not have it")


def test_a_month_that_is_invoiced_twice_without_a_credit_breaks_the_sixth() -> None:
    small = invoiced()
    (record,) = [r for r in lines_of(small, "customer:c-o-2") if "000002" in r.text]
    small.rewrite(record, '"contract_month":2', '"contract_month":1')
    broken(small, 6, "month 1 of subscription o-2/1", "again")


def test_a_line_and_its_credit_in_one_invoice_break_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "LINES", 1)
    small = healthy()
    small.now = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
    small.ask(BillingRunRequested(period="2024-05", as_of=date(2024, 6, 1), actor="Hedy"), "may", source="finance")
    *others, billing = small.services
    while not any(
        each["payer"] == "group:engines" for each in small.documents.get(("billing", "invoices"), {}).values()
    ):
        for each in range(LANES):
            small._step(billing, each)
    small.ask(ReversalRequested(subscription_id="o-1/1", actor="Grace", reason="wrong box"), "r1", source="clerk")
    small.services = tuple(others)
    small.run()
    small.services = (*others, billing)
    small.run()
    small.forget_what_was_to_be_said()
    (page,) = {record.text: json.loads(record.text)["data"] for record in lines_of(small, "group:engines")}.values()
    assert [(each["subscription_id"], each["amount"]) for each in page["lines"]] == [
        ("o-1/1", 4900),
        ("o-1/2", 4900),
        ("o-1/1", -4900),
    ]
    assert [each.offenders for each in small.report().invariants if each.broken] == []


def test_a_credit_of_a_line_that_there_is_not_breaks_the_sixth() -> None:
    small = invoiced()
    (record,) = [r for r in lines_of(small, "group:engines") if '"credits"' in r.text]
    first = number(small, "group:engines", 1)
    small.rewrite(record, f'"credits":"{first}"', '"credits":"INV-NOBODY-000001"')
    broken(small, 6, "INV-NOBODY-000001", "no such line")


def test_a_month_that_billing_holds_as_issued_and_no_invoice_has_breaks_the_sixth() -> None:
    small = invoiced()
    share = small.document("billing", "shares", "customer:c-o-2/o-2")
    held = dict(share["subscriptions"][0])
    share["subscriptions"] = [{**held, "issued": [*held["issued"], 3], "issued_by": [*held["issued_by"], 1]}]
    broken(small, 6, "holds month 3", "issued at 4900", "nothing")


def test_an_order_whose_ledger_names_another_payer_breaks_the_third() -> None:
    small = invoiced()
    small.document("orders", "orders", "o-1")["payer"] = "group:somebody"
    broken(small, 3, "order o-1 is paid by group:somebody", "group:engines")


def test_an_order_that_is_cancelled_in_one_service_only_breaks_the_third() -> None:
    small = invoiced()
    del small.document("orders", "orders", "o-4")["cancelled_at"]
    broken(small, 3, "order o-4 is cancelled by its ledger")


def test_a_change_that_is_not_decided_waits_and_is_listed() -> None:
    small = invoiced()
    fulfillment = small.services[1]
    small.services = (small.services[0], small.services[2])
    edit = {"order_id": "o-1", "actor": "Grace", "items": {"change": [{"item_id": "1", "quantity": 1}]}}
    small.ask(OrderAmendmentRequested.model_validate_json(json.dumps(edit)), "e1", source="clerk")
    small.run()
    report = small.report(behind=True)
    waits = {each.what: each.examples for each in report.waits}
    assert waits["requests that wait for fulfillment to decide"] == ("o-1",)
    assert report.invariants[3].state is State.HOLDS
    small.services = (*small.services, fulfillment)
    small.run()
    assert "requests that wait for fulfillment to decide" not in {each.what for each in small.report().waits}


def test_an_invoice_that_is_being_prepared_is_listed_and_compared_later() -> None:
    small = invoiced()
    first = number(small, "customer:c-o-2", 2)
    small.document("billing", "invoices", first)["done"] = False
    small.take_out(*[r for r in small.said("InvoiceIssued") if first in r.text])
    small.take_out(*[r for r in lines_of(small) if first in r.text])
    report = small.report()
    assert report.invariants[5].state is State.HOLDS
    assert {each.what for each in report.waits} >= {"invoices that are being prepared"}


def test_an_invoice_that_billing_has_and_nobody_said_breaks_the_sixth() -> None:
    small = invoiced()
    last = number(small, "customer:c-o-2", 2)
    small.take_out(*[r for r in small.said("InvoiceIssued") if last in r.text])
    broken(small, 6, last, "nobody said it")


def test_an_invoice_that_billing_keeps_otherwise_than_it_said_breaks_the_sixth() -> None:
    small = invoiced()
    last = number(small, "customer:c-o-2", 2)
    small.document("billing", "invoices", last)["total"] = 4901
    broken(small, 6, last, "is kept as", "4901")


def test_a_page_that_billing_keeps_otherwise_than_it_said_breaks_the_sixth() -> None:
    small = invoiced()
    last = number(small, "customer:c-o-2", 2)
    page = small.document("billing", "invoice_pages", f"{last}/00001")
    page["lines"] = [{**page["lines"][0], "amount": 4901}]
    broken(small, 6, "page 1 of invoice " + last, "4901")


def test_a_month_that_a_payer_was_invoiced_for_and_never_owed_breaks_the_sixth() -> None:
    small = invoiced()
    for record in small.said("SubscriptionCreated", "o-2/1"):
        small.rewrite(record, '"ends_before":"2025-05-15"', '"ends_before":"2024-06-15"')
    broken(small, 6, "customer:c-o-2", "month 2 of subscription o-2/1", "never owed")


def test_a_month_that_is_invoiced_before_its_period_breaks_the_sixth() -> None:
    small = invoiced()
    (record,) = [r for r in lines_of(small, "customer:c-o-2") if "000002" in r.text]
    small.rewrite(record, '"period":"2024-06"', '"period":"2024-07"')
    broken(small, 6, "month 2 of subscription o-2/1", "2024-07", "of the run of 2024-06")


def test_a_line_in_the_invoice_of_another_account_breaks_the_sixth() -> None:
    small = invoiced()
    last = number(small, "customer:c-o-2", 2)
    for record in small.said("InvoiceIssued", last):
        small.rewrite(record, '"account_id":"customer:c-o-2/at_once/EUR"', '"account_id":"customer:c-o-2/at_once/USD"')
    broken(small, 6, last, "subscription o-2/1", "which is not in its account")


def test_an_account_that_waits_for_another_period_than_its_months_do_breaks_the_sixth() -> None:
    small = invoiced()
    account = small.document("billing", "accounts", "customer:c-o-2/at_once/EUR")
    assert account["opens"] == {"2024-07": 1}
    account["opens"] = {"2024-08": 1}
    broken(small, 6, "customer:c-o-2/at_once/EUR", "1 subscriptions of which 2024-08", "counted anew: 0")
    broken(small, 6, "customer:c-o-2/at_once/EUR", "0 subscriptions of which 2024-07", "counted anew: 1")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"next_issue_date":"2024-08-01"', '"next_issue_date":"2024-07-01"'),
        ('"next_due_date":"2024-08-01"', '"next_due_date":"2024-08-15"'),
        ('"next_issue_date":"2024-08-01",', ""),
    ],
)
def test_an_account_that_is_said_to_be_invoiced_on_another_day_breaks_the_sixth(old: str, new: str) -> None:
    small = invoiced()
    for record in small.said("BillingAccountChanged", old):
        if "customer:c-o-2/at_once/EUR" in record.text:
            small.rewrite(record, old, new)
    broken(small, 6, "customer:c-o-2/at_once/EUR", "is said to be invoiced next on", "counted anew, it is in 2024-08")


def test_a_payer_whose_billing_day_its_account_does_not_show_breaks_the_sixth() -> None:
    small = invoiced()
    small.document("billing", "payers", "customer:c-o-2")["billing_day"] = 20
    broken(small, 6, "customer:c-o-2/at_once/EUR", "2024-08-01", "in 2024-08 on day 20")
