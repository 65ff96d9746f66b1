"""Billing runs: what is due less what is issued, once, in pages, with numbers without gaps."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.messages.billing import Account as AccountTold
from contracts.messages.billing import BillingAccountChanged, RequestRefused, RequestRepeated
from contracts.messages.invoices import (
    BillingRunCompleted,
    BillingRunProgressed,
    BillingRunRequested,
    InvoiceIssued,
    InvoiceLinesIssued,
    LaneInvoicingDue,
    PayerInvoicingDue,
)
from contracts.messages.life import CancellationWithdrawn, ReturnWithdrawn
from contracts.messages.payers import PayerSettingsSubmitted
from contracts.wire.message import Body
from services.billing.documents.account import Account, AccountKey, rebuild
from services.billing.documents.invoice import InvoicePage, KeptInvoice
from services.billing.documents.number import ALPHABET, ShortCode, candidates, invoice_number
from services.billing.documents.payer import Payer
from services.billing.documents.run import LaneRun, lane_run_id
from services.billing.documents.share import Share
from services.billing.rules.contract import to_contract
from services.billing.rules.invoice import with_lines
from services.billing.rules.statement import statement
from services.billing.service import billing
from services.billing.settings import Defaults
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.unit_of_work import BatchUnitOfWork
from tests.billing.subscriptions import (
    CANAL,
    COOLSINGEL,
    CREATED,
    JOHANNES,
    KEIZERSGRACHT,
    MAY,
    POLDER,
    TULIP,
    completed,
    created,
    invoices,
    lines,
    months,
    run,
)
from tests.scene import Scene, only


def rented(*ids: str, **given: Any) -> Scene:
    scene = Scene(billing())
    for id_ in ids or ("o1/1",):
        scene.hears(created(id_, **given))
    return scene


def accounts_told(scene: Scene) -> list[AccountTold]:
    return [say.body.account for say in scene.said if isinstance(say.body, BillingAccountChanged)]


def accounts_are_as_rebuilt(scene: Scene) -> None:
    shares = [scene.document(Share, id_) for name, id_ in scene.documents if name == "shares"]
    kept = {id_: scene.document(Account, id_).totals() for name, id_ in scene.documents if name == "accounts"}
    assert kept == rebuild(shares)


def test_one_consolidated_invoice_for_each_account_with_something_due() -> None:
    scene = rented("o1/1", "o1/2")
    scene.hears(created("o2/1", customer=CANAL, prices=((12, 3000),)))
    said = run(scene, "2024-05")
    (invoice,) = invoices(said)
    assert (invoice.payer, invoice.term, invoice.currency, invoice.test) == (TULIP, "net_14", "EUR", False)
    assert (invoice.issue_date, invoice.due_date) == (date(2024, 6, 1), date(2024, 6, 15))
    assert (invoice.lines, invoice.credit_lines, invoice.charges, invoice.credited, invoice.total) == (
        (3, 0, 13000, 0, 13000)
    )
    assert {line.customer_name for line in lines(said)} == {"Windmill BV", "Canal Works"}
    accounts_are_as_rebuilt(scene)


def test_a_line_tells_its_service_period_customer_order_item_and_serial() -> None:
    (line,) = lines(run(rented(start=date(2024, 5, 31)), "2024-05"))
    assert (line.service_from, line.service_to, line.period) == (date(2024, 5, 31), date(2024, 6, 29), "2024-05")
    assert (line.customer_id, line.order_id, line.item_id, line.serial) == ("windmill", "o1", "1", "SN-1")
    assert (line.sku, line.product_name, line.variant_name) == ("BIKE-1", "Bike", "Green")


@pytest.mark.parametrize("late", [False, True])
def test_a_customer_is_called_on_a_line_as_its_newest_subscription_of_the_order_has_it(late: bool) -> None:
    renamed = JOHANNES.model_copy(update={"last_name": "van Delft"})
    old = created("o1/9", payers="customer:johannes", customer=JOHANNES, version=3)
    new = created("o1/10", payers="customer:johannes", customer=renamed, version=2, minutes=5)
    scene = Scene(billing())
    for fact in (new, old) if late else (old, new):
        scene.hears(fact)
    assert {line.customer_name for line in lines(run(scene, "2024-05"))} == {"Johannes van Delft"}


def test_each_contract_month_is_invoiced_once_in_the_run_of_its_period() -> None:
    scene = rented(prices=((3, 5000),))
    assert months(run(scene, "2024-05")) == [("o1/1", 1, 5000)]
    assert months(run(scene, "2024-06")) == [("o1/1", 2, 5000)]
    assert months(run(scene, "2024-07")) == [("o1/1", 3, 5000)]
    assert months(run(scene, "2024-08")) == []


def test_a_run_takes_all_months_of_its_period_and_earlier_ones() -> None:
    scene = rented()
    assert months(run(scene, "2024-07")) == [("o1/1", 1, 5000), ("o1/1", 2, 5000), ("o1/1", 3, 5000)]


def test_the_second_run_of_a_period_issues_nothing() -> None:
    scene = rented()
    first = completed(run(scene, "2024-05"))
    assert (first.counts.payers, first.counts.invoices, first.counts.lines) == (1, 1, 1)
    scene.hears(created("o1/2", version=2))
    again = run(scene, "2024-05")
    assert invoices(again) == []
    counts = completed(again).counts
    assert (counts.payers, counts.invoices, counts.repeated) == (1, 0, 1)


def test_what_came_late_goes_into_the_next_run_with_its_own_service_period_and_the_next_issue_date_says_so() -> None:
    scene = rented()
    run(scene, "2024-05")
    scene.hears(created("o1/2", version=2))
    account = scene.document(Account, f"{TULIP}/net_14/EUR")
    assert min(account.opens) == "2024-05"
    shown_so = to_contract(account, scene.document(Payer, TULIP), Defaults())
    assert shown_so.next_issue_date == date(2024, 7, 1)
    said = run(scene, "2024-06")
    assert months(said) == [("o1/1", 2, 5000), ("o1/2", 1, 5000), ("o1/2", 2, 5000)]
    assert [line.period for line in lines(said)] == ["2024-06", "2024-05", "2024-06"]


def test_a_run_of_an_earlier_period_behind_a_later_one_is_a_repeat() -> None:
    scene = rented()
    run(scene, "2024-06")
    scene.hears(created("o1/2", version=2))
    said = run(scene, "2024-05")
    assert (completed(said).counts.repeated, invoices(said)) == (1, [])


def test_a_payer_whose_billing_day_has_not_come_is_skipped_and_invoiced_later() -> None:
    scene = rented()
    scene.hears(PayerSettingsSubmitted(group_id="tulip", billing_day=20, actor="Hedy"))
    early = completed(run(scene, "2024-05", day=19))
    assert (early.counts.not_due, early.counts.invoices) == (1, 0)
    (invoice,) = invoices(run(scene, "2024-05", day=20))
    assert (invoice.run, invoice.issue_date) == (2, date(2024, 6, 20))


def test_what_was_cancelled_backdated_after_its_invoice_is_credited_by_naming_the_line() -> None:
    scene = rented("o1/1", "o1/2")
    (first,) = invoices(run(scene, "2024-06"))
    scene.hears(created("o1/2", version=3, state="cancelled", ends_before=date(2024, 6, 1)))
    said = run(scene, "2024-07")
    assert months(said) == [("o1/1", 3, 5000), ("o1/2", 2, -5000)]
    assert [line.credits for line in lines(said)] == [None, first.number]
    (second,) = invoices(said)
    assert (second.kind, second.charges, second.credited, second.total) == ("invoice", 5000, 5000, 0)
    accounts_are_as_rebuilt(scene)


def test_a_cancellation_that_is_moved_or_withdrawn_is_a_difference_like_any_other() -> None:
    scene = rented("o1/1", "o1/2", "o1/3")
    until_june: dict[str, Any] = {"ends_before": date(2024, 6, 1), "version": 2}
    scene.hears(created("o1/1", **until_june))  # known before its invoice, moved before it
    scene.hears(created("o1/1", ends_before=date(2024, 7, 1), version=3))
    scene.hears(created("o1/2", **until_june))  # known before its invoice, withdrawn after it
    assert months(run(scene, "2024-06")) == [
        ("o1/1", 1, 5000),
        ("o1/1", 2, 5000),
        ("o1/2", 1, 5000),
        ("o1/3", 1, 5000),
        ("o1/3", 2, 5000),
    ]
    back = created("o1/2", version=4).subscription
    heard: dict[str, Any] = {"at": CREATED, "actor": "Grace", "reason": "they stay"}
    scene.hears(CancellationWithdrawn(version=4, subscription=back, withdrawn_day=date(2024, 5, 31), **heard))
    scene.hears(created("o1/3", **until_june))  # known after its invoice: credited, then withdrawn
    assert months(run(scene, "2024-07")) == [("o1/2", 2, 5000), ("o1/2", 3, 5000), ("o1/3", 2, -5000)]
    again = created("o1/3", version=5).subscription
    scene.hears(CancellationWithdrawn(version=5, subscription=again, withdrawn_day=date(2024, 5, 31), **heard))
    assert months(run(scene, "2024-08")) == [
        ("o1/2", 4, 5000),
        ("o1/3", 2, 5000),
        ("o1/3", 3, 5000),
        ("o1/3", 4, 5000),
    ]
    accounts_are_as_rebuilt(scene)


def test_a_return_that_is_withdrawn_moves_no_amount() -> None:
    scene = rented()
    its = created(version=2).subscription
    heard: dict[str, Any] = {"at": CREATED, "actor": "Grace", "reason": "another device", "serial": its.serial}
    assert scene.hears(ReturnWithdrawn(version=2, subscription=its, **heard)) == []
    accounts_are_as_rebuilt(scene)


def test_a_reversal_credits_everything_in_full_by_a_credit_note() -> None:
    scene = rented()
    run(scene, "2024-06")
    scene.hears(created(version=2, state="reversed"))
    said = run(scene, "2024-07")
    (note,) = invoices(said)
    assert months(said) == [("o1/1", 1, -5000), ("o1/1", 2, -5000)]
    assert (note.kind, note.total, note.number[-6:]) == ("credit_note", -10000, "000002")
    assert completed(said).counts.credit_notes == 1
    assert months(run(scene, "2024-08")) == []


def test_a_credit_names_the_variant_that_was_invoiced_though_the_item_is_another_one_now() -> None:
    scene = rented()
    run(scene, "2024-05")
    scene.hears(created(version=2, state="reversed"))
    other = created("o1/2", version=4, minutes=5)
    edited = {"sku": "BIKE-2", "product_name": "Tandem"}
    scene.hears(other.model_copy(update={"subscription": other.subscription.model_copy(update=edited)}))
    scene.hears(created(version=5, state="reversed"))
    found = lines(run(scene, "2024-06"))
    assert {(line.subscription_id, line.sku, line.product_name, line.amount > 0) for line in found} == {
        ("o1/1", "BIKE-1", "Bike", False),
        ("o1/2", "BIKE-2", "Tandem", True),
    }


def test_each_payer_bills_its_own_part_and_the_old_one_credits_what_lies_beyond() -> None:
    scene = rented()
    run(scene, "2024-07")
    scene.hears(created(version=2, payers=((TULIP, None), (POLDER, date(2024, 7, 20)))))
    said = run(scene, "2024-08")
    pages = [body for body in said if isinstance(body, InvoiceLinesIssued)]
    by_payer = {page.payer: [(line.contract_month, line.amount) for line in page.lines] for page in pages}
    assert by_payer == {TULIP: [(3, -5000)], POLDER: [(3, 5000), (4, 5000)]}
    accounts_are_as_rebuilt(scene)


def test_terms_currencies_and_test_orders_never_share_an_invoice() -> None:
    scene = rented("o1/1")
    scene.hears(created("o2/1", term="net_30"))
    scene.hears(created("o3/1", currency="CHF"))
    scene.hears(created("o4/1", test=True))
    said = run(scene, "2024-05")
    found = invoices(said)
    counts = completed(said).counts
    assert (counts.invoices, counts.lines, counts.test_invoices) == (3, 3, 1)
    assert sorted((i.term, i.currency, i.test) for i in found) == [
        ("net_14", "CHF", False),
        ("net_14", "EUR", False),
        ("net_14", "EUR", True),
        ("net_30", "EUR", False),
    ]
    assert sorted(i.number.split("-")[0] + i.number[-6:] for i in found) == [
        "INV000001",
        "INV000002",
        "INV000003",
        "T000001",
    ]


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_test_order_lends_a_real_invoice_neither_its_name_nor_its_address_nor_the_other_way_round(
    minutes: int,
) -> None:
    tester = JOHANNES.model_copy(update={"last_name": "Tester"})
    scene = rented("o1/1", payers="customer:johannes", customer=JOHANNES)
    scene.hears(
        created("o2/1", payers="customer:johannes", customer=tester, test=True, address=COOLSINGEL, minutes=minutes)
    )
    found = {invoice.test: invoice for invoice in invoices(run(scene, "2024-05"))}
    assert (found[False].payer_name, found[False].address) == ("Johannes Vermeer", KEIZERSGRACHT)
    assert (found[True].payer_name, found[True].address) == ("Johannes Tester", COOLSINGEL)
    told = {account.test: account.payer_name for account in accounts_told(scene)}
    assert told == {False: "Johannes Vermeer", True: "Johannes Tester"}


def test_a_line_of_another_account_is_a_hard_error() -> None:
    scene = rented()
    run(scene, "2024-05")
    (kept,) = (scene.document(KeptInvoice, id_) for name, id_ in scene.documents if name == "invoices")
    (page,) = (scene.document(InvoicePage, id_) for name, id_ in scene.documents if name == "invoice_pages")
    open_again = replace(kept, done=False)
    with pytest.raises(ValueError, match="a line of account"):
        with_lines(open_again, AccountKey(TULIP, "net_30", "EUR", test=False), page.lines)
    with pytest.raises(ValueError, match="a line of account"):
        with_lines(kept, AccountKey.parse(kept.account_id), page.lines)


def test_individuals_pay_at_once() -> None:
    (invoice,) = invoices(run(rented(payers="customer:johannes", customer=JOHANNES), "2024-05"))
    assert (invoice.term, invoice.issue_date, invoice.due_date) == ("at_once", date(2024, 6, 1), date(2024, 6, 1))
    assert invoice.payer_name == "Johannes Vermeer"


def test_free_months_give_no_line_and_no_invoice() -> None:
    assert invoices(run(rented(prices=((12, 0),)), "2024-05")) == []


def test_an_as_of_date_more_than_a_day_ahead_of_its_record_is_refused() -> None:
    scene = rented()
    at = datetime(2024, 6, 1, 9, tzinfo=UTC)
    request = BillingRunRequested(period="2024-05", as_of=date(2024, 6, 3), actor="Hedy")
    assert [r.code.value for r in only(scene.hears(request, time=at), RequestRefused).refusals] == ["as_of_ahead"]
    fine = BillingRunRequested(period="2024-05", as_of=date(2024, 6, 2), actor="Hedy")
    assert len(invoices(scene.hears(fine, time=at))) == 1


def test_a_period_that_is_no_month_is_refused() -> None:
    data = {"period": "2024-5", "as_of": "2024-06-01", "actor": "Hedy"}
    said = rented().hears(data, kind=BillingRunRequested)
    assert [(r.code.value, r.field) for r in only(said, RequestRefused).refusals] == [("value_invalid", "period")]


def test_the_same_request_again_is_told_how_the_run_ended() -> None:
    scene = rented()
    run(scene, "2024-05", id_="may")
    again = only(run(scene, "2024-05", id_="may"), RequestRepeated)
    assert (again.first_id, again.outcome) == ("may", "BillingRunCompleted")
    other = run(scene, "2024-05", id_="may", as_of=date(2024, 6, 2))
    assert [r.code.value for r in only(other, RequestRefused).refusals] == ["id_reused"]


def test_progress_is_told_for_each_lane_and_the_end_under_versions_without_gaps() -> None:
    said = run(rented(), "2024-05")
    progress = [b for b in said if isinstance(b, BillingRunProgressed)]
    assert [(p.version, p.lanes_done, p.lanes) for p in progress] == [(1, 1, 1)]
    assert completed(said).version == 2
    assert completed(said).counts == progress[-1].counts


def test_a_message_of_a_run_that_comes_twice_does_nothing_more() -> None:
    scene = rented()
    run(scene, "2024-05")
    for late in (
        LaneInvoicingDue(lane=0, period="2024-05", run=1, as_of=date(2024, 6, 1), after=""),
        PayerInvoicingDue(payer=TULIP, lane=0, period="2024-05", run=1, as_of=date(2024, 6, 1), page=3),
        PayerInvoicingDue(payer="group:nobody", lane=0, period="2024-05", run=1, as_of=date(2024, 6, 1), page=0),
    ):
        assert scene.hears(late, source="leaseline/billing") == []


def test_numbers_run_without_gaps_for_each_payer() -> None:
    scene = rented("o1/1")
    scene.hears(created("o2/1", payers=POLDER))
    found = [i for period in ("2024-05", "2024-06", "2024-07") for i in invoices(run(scene, period))]
    for payer in (TULIP, POLDER):
        numbers = [i.number for i in found if i.payer == payer]
        assert [n[-6:] for n in numbers] == ["000001", "000002", "000003"]
        assert len({n.split("-")[1] for n in numbers}) == 1
    assert len({i.number for i in found}) == 6


def test_a_payer_whose_short_code_is_taken_gets_its_next_candidate() -> None:
    scene = rented()
    first, second = (code for code, _ in zip(candidates(TULIP), range(2), strict=False))
    scene.keep(ShortCode, first, ShortCode(payer="group:somebody"))
    (invoice,) = invoices(run(scene, "2024-05"))
    assert invoice.number == invoice_number(second, 1, test=False)
    assert set(second) <= set(ALPHABET)


def test_a_payer_with_20_000_lines_is_invoiced_in_pages() -> None:
    scene = Scene(billing())
    for order in range(10):
        for number in range(1, 51):
            scene.hears(created(f"o{order}/{number}", version=number, prices=((40, 100),)))
    said = run(scene, "2027-08")
    (invoice,) = invoices(said)
    assert (invoice.lines, invoice.total, invoice.pages) == (20_000, 2_000_000, 40)
    pages = [b for b in said if isinstance(b, InvoiceLinesIssued)]
    assert [p.page for p in pages] == list(range(1, 41))
    assert all(len(p.lines) <= 500 for p in pages)
    assert len({(line.subscription_id, line.contract_month) for p in pages for line in p.lines}) == 20_000
    assert invoices(run(scene, "2027-09")) == []
    accounts_are_as_rebuilt(scene)


def test_a_payer_in_the_pages_of_one_run_waits_in_another_and_a_fact_between_pages_is_in_the_next_difference() -> None:
    scene = rented(*(f"o{n:03}/1" for n in range(150)))
    payer = scene.document(Payer, TULIP).await_run("2024-05/7").await_run("2024-06/1")
    scene.keep(Payer, TULIP, payer)
    for period, number, as_of in (("2024-05", 7, date(2024, 6, 1)), ("2024-06", 1, date(2024, 7, 1))):
        scene.keep(LaneRun, lane_run_id(period, number, 0), LaneRun(as_of=as_of, paged=True, pending=1))
    first = PayerInvoicingDue(payer=TULIP, lane=0, period="2024-05", run=7, as_of=date(2024, 6, 1), page=0)
    at = datetime(2024, 7, 1, 9, tzinfo=UTC)
    message = scene._message(PayerInvoicingDue, first, "x", "leaseline/billing", at, at + timedelta(seconds=1))
    half = _one_page(scene, message)
    assert half == [first.model_copy(update={"page": 1})]
    (page,) = (scene.document(InvoicePage, id_) for name, id_ in scene.documents if name == "invoice_pages")
    assert len(page.lines) == 100
    assert scene.document(Payer, TULIP).invoicing is not None
    other = PayerInvoicingDue(payer=TULIP, lane=0, period="2024-06", run=1, as_of=date(2024, 7, 1), page=0)
    blocked = _one_page(scene, scene._message(PayerInvoicingDue, other, "y", "leaseline/billing", at, at))
    assert blocked == [], "it does not ask again and again while the other run goes on"
    scene.hears(created("o000/1", version=2, state="reversed"))
    said = scene.hears(first.model_copy(update={"page": 1}), source="leaseline/billing")
    assert [(invoice.period, invoice.lines) for invoice in invoices(said)] == [("2024-05", 150), ("2024-06", 150)]
    assert other in said
    assert scene.document(Payer, TULIP).runs is None
    assert ("o000/1", 1, -5000) in months(said)
    assert scene.hears(other, source="leaseline/billing") == []
    accounts_are_as_rebuilt(scene)


def _one_page(scene: Scene, message: Message) -> list[Body]:
    """One message decided, and nothing of what it says to itself."""
    work = BatchUnitOfWork(1, scene.service.collections, {0: scene.clock})
    decision = scene._one(work, message)
    emits = list(decision.emits)
    scene.batch_end_kinds(work, message)
    return [say.body for say in emits]


def test_an_account_statement_adds_up_what_was_issued_by_the_month_in_which_it_is_due() -> None:
    scene = rented("o1/1", "o1/2")
    found = [i for period in ("2024-05", "2024-06") for i in invoices(run(scene, period))]
    scene.hears(created("o1/2", version=3, state="reversed"))
    found += invoices(run(scene, "2024-07"))
    rows = statement(found)
    assert [(r.month, r.currency, r.invoices, r.charges, r.credited, r.net) for r in rows] == [
        ("2024-06", "EUR", 1, 10000, 0, 10000),
        ("2024-07", "EUR", 1, 10000, 0, 10000),
        ("2024-08", "EUR", 1, 5000, 10000, -5000),
    ]


def test_what_is_told_of_an_invoice_is_what_is_kept() -> None:
    scene = rented(start=MAY)
    said = run(scene, "2024-05")
    (invoice,) = invoices(said)
    kept = scene.document(KeptInvoice, invoice.number)
    assert kept.done
    assert only(said, InvoiceIssued).chain() == invoice.number
    assert kept.to_contract() == invoice
    assert only(said, BillingRunCompleted).period == "2024-05"
