"""A run under the engine's faults: what billing says to itself comes twice, late, and between other runs."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.messages.billing import RequestRefused
from contracts.messages.fulfillment import SubscriptionCreated
from contracts.messages.invoices import InvoiceIssued, InvoiceLinesIssued
from contracts.messages.payers import PayerSettingsSubmitted
from contracts.messages.subscription import Subscription
from contracts.values.calendar import month_begin
from contracts.wire.encoding import encoded
from services.billing.documents.account import Account, rebuild
from services.billing.documents.run import LaneRun, lane_run_id
from services.billing.documents.share import Share
from services.billing.handlers import issuing
from services.billing.service import billing
from tests.billing.queue import Queue
from tests.billing.subscriptions import POLDER, created, individual
from tests.billing.test_invoicing_laws import PAYERS, Life, lives
from tests.scene import Scene

JUNE = date(2024, 6, 1)
LATER = datetime(2060, 1, 1, 9, tzinfo=UTC)


def hearing(*facts: SubscriptionCreated) -> Queue:
    scene = Scene(billing())
    for fact in facts:
        scene.hears(fact)
    return Queue(scene)


def three_payers() -> Queue:
    return hearing(created("o1/1"), created("o2/1", payers=POLDER), created("o3/1", payers="group:rose"))


def pages(queue: Queue) -> list[InvoiceLinesIssued]:
    return [body for body in queue.said if isinstance(body, InvoiceLinesIssued)]


def test_a_payers_message_that_is_said_again_after_a_takeover_does_not_end_the_run_early() -> None:
    queue = three_payers()
    queue.runs("2024-05", JUNE)
    queue.delivers()
    queue.delivers(times=2)
    assert queue.ended() == []

    queue.delivers_all()

    (end,) = queue.ended()
    assert (end.counts.payers, end.counts.invoices, end.counts.lines, end.counts.repeated) == (3, 3, 3, 0)
    assert queue.scene.document(LaneRun, lane_run_id("2024-05", 1, 0)).pending == 0


def test_everything_that_billing_says_to_itself_may_come_twice() -> None:
    queue = three_payers()
    queue.runs("2024-05", JUNE)
    while queue.waiting:
        queue.delivers(times=2)

    (end,) = queue.ended()
    assert (end.counts.payers, end.counts.invoices, end.counts.lines, end.counts.repeated) == (3, 3, 3, 0)


def test_a_payer_that_is_not_due_is_counted_once_when_it_is_told_twice() -> None:
    queue = hearing(created("o1/1"), created("o2/1", payers=POLDER))
    late = PayerSettingsSubmitted(group_id="tulip", billing_day=20, actor="Hedy")
    queue.hears(late, source="finance", at=datetime(2024, 5, 20, tzinfo=UTC))
    queue.runs("2024-05", JUNE)
    while queue.waiting:
        queue.delivers(times=2)

    (end,) = queue.ended()
    assert (end.counts.not_due, end.counts.invoices, end.counts.repeated) == (1, 1, 0)


def test_a_period_behind_every_calendar_is_refused_and_not_left_open() -> None:
    queue = hearing(created())
    queue.runs("9999-12", JUNE)
    queue.delivers_all()

    (refused,) = (body for body in queue.said if isinstance(body, RequestRefused))
    assert [(each.code.value, each.field) for each in refused.refusals] == [("value_invalid", "period")]


@pytest.mark.parametrize("name", ["x" * 200, "電" * 200])
def test_a_page_of_the_longest_names_fits_into_a_record(name: str) -> None:
    payer = individual("c" * 64).model_copy(update={"first_name": name, "last_name": name})
    longest = {"product_name": name, "variant_name": name, "sku": "s" * 64, "item_id": "i" * 64, "serial": "n" * 64}
    queue = Queue(Scene(billing()))
    for number in range(1, 501):
        fact = created(f"{'o' * 64}/{number}", version=number, customer=payer, payers=f"customer:{payer.id}")
        said = fact.model_copy(update={"subscription": fact.subscription.model_copy(update=longest)})
        queue.scene.hears(said)
    queue.runs("2024-05", JUNE)
    queue.delivers_all()

    assert sum(len(page.lines) for page in pages(queue)) == 500
    assert [page.page for page in pages(queue)] == list(range(1, len(pages(queue)) + 1))
    for page in pages(queue):
        record = encoded(page, id="x", source="leaseline/billing", time=LATER, cause=("finance", "x"), subject="x")
        assert len(record) < 512 * 1024


def test_a_page_is_filled_before_it_is_said() -> None:
    queue = hearing(*(created(f"p{number:04}/1") for number in range(600)))
    queue.runs("2024-05", JUNE)
    queue.delivers_all()

    assert [len(page.lines) for page in pages(queue)] == [500, 100]


def test_a_payer_with_one_invoice_costs_no_round_trip_of_its_own() -> None:
    queue = hearing(*(created(f"o{number}/1", payers=f"group:g{number}") for number in range(20)))
    queue.runs("2024-05", JUNE)
    queue.delivers_all()
    queue.runs("2024-06", date(2024, 7, 1))
    queue.delivers_all()

    assert len([body for body in queue.said if isinstance(body, InvoiceIssued)]) == 40
    assert queue.sought == 0


def owed(subscription: Subscription, payer: str) -> dict[int, int]:
    """The specification's sentence, month by month."""
    amounts = [each.amount for each in subscription.prices for _ in range(each.months)]
    found = {}
    for month, amount in enumerate(amounts, 1):
        begin = month_begin(subscription.start_date, month)
        owners = [each.payer for each in subscription.payers if each.from_date is None or each.from_date <= begin]
        served = subscription.state != "reversed" and begin < subscription.ends_before
        if served and amount and owners[-1] == payer:
            found[month] = amount
    return found


def in_order(life: Life, number: int) -> list[SubscriptionCreated]:
    order = {"subscription_id": f"o{number}/1", "order_id": f"o{number}"}
    return [fact.model_copy(update={"subscription": fact.subscription.model_copy(update=order)}) for fact in life.facts]


@settings(max_examples=100, deadline=None)
@given(st.lists(lives(), min_size=1, max_size=4), st.data())
def test_law_each_payer_is_billed_its_own_months_exactly_whatever_comes_between_and_whatever_comes_twice(
    many: list[Life], data: st.DataObject
) -> None:
    queue = Queue(Scene(billing()))
    facts = [in_order(life, number) for number, life in enumerate(many)]
    newest = [each[-1].subscription for each in facts]
    periods = ["2023-03", "2023-09", "2024-02", "2024-02", "2024-12", "2025-06"]
    asked = 2
    with pytest.MonkeyPatch.context() as patched:
        shares, lines = data.draw(st.sampled_from(((1, 3), (2, 5), (1, 1000), (100, 4))))
        patched.setattr(issuing, "SHARES", shares)
        patched.setattr(issuing, "LINES", lines)
        while any(facts) or queue.waiting:
            told = [each for each in facts if each]
            step = data.draw(st.sampled_from(("fact", "run", "page", "page", "page twice")))
            if step == "run" and periods:
                queue.runs(periods.pop(data.draw(st.integers(0, len(periods) - 1))), LATER.date())
                asked += 1
            elif told and (step == "fact" or not queue.waiting):
                queue.hears(data.draw(st.sampled_from(told)).pop(0), source="leaseline/fulfillment", at=LATER)
            elif queue.waiting:
                queue.delivers(times=2 if step == "page twice" else 1)
        for period in ("2037-01", "2037-02"):
            queue.runs(period, LATER.date())
            queue.delivers_all()

    billed: dict[tuple[str, str], Counter[int]] = {}
    for page in pages(queue):
        for line in page.lines:
            assert (line.amount < 0) == (line.credits is not None)
            billed.setdefault((page.payer, line.subscription_id), Counter())[line.contract_month] += line.amount
    for subscription in newest:
        for payer in PAYERS:
            net = billed.get((payer, subscription.subscription_id), Counter())
            assert {month: amount for month, amount in net.items() if amount} == owed(subscription, payer)
    issued = [body.invoice for body in queue.said if isinstance(body, InvoiceIssued)]
    for payer in PAYERS:
        running = [int(each.number[-6:]) for each in issued if each.payer == payer]
        assert running == list(range(1, len(running) + 1))
    assert len({(each.account_id, each.period) for each in issued}) == len(issued)
    for invoice in issued:
        theirs = [line.amount for page in pages(queue) if page.number == invoice.number for line in page.lines]
        assert (len(theirs), sum(theirs)) == (invoice.lines, invoice.total)
    assert len(queue.ended()) == asked
    for end in queue.ended():
        theirs_issued = [each for each in issued if (each.period, each.run) == (end.period, end.run)]
        real = [each for each in theirs_issued if not each.test]
        assert end.counts.invoices + end.counts.credit_notes == len(real)
        assert end.counts.lines == sum(each.lines for each in real)
        assert end.counts.test_invoices == len(theirs_issued) - len(real)
        assert queue.scene.document(LaneRun, lane_run_id(end.period, end.run, 0)).pending == 0
    scene = queue.scene
    shares_kept = [scene.document(Share, id_) for name, id_ in scene.documents if name == "shares"]
    accounts = {id_: scene.document(Account, id_).totals() for name, id_ in scene.documents if name == "accounts"}
    assert accounts == rebuild(shares_kept)


def test_a_run_does_not_go_round_in_circles_while_a_payer_is_in_the_pages_of_another_that_stands_still() -> None:
    queue = hearing(*(created(f"o{number:03}/1") for number in range(150)))
    queue.runs("2024-05", JUNE)
    queue.delivers(times=1)
    queue.delivers(times=1)
    (stuck,) = queue.waiting
    queue.waiting.clear()
    queue.runs("2024-06", date(2024, 7, 1))
    for _ in range(20):
        if queue.waiting:
            queue.delivers()
    assert (queue.waiting, queue.ended()) == ([], [])

    queue.waiting.append(stuck)
    queue.delivers_all()

    assert [(end.period, end.counts.invoices) for end in queue.ended()] == [("2024-05", 1), ("2024-06", 1)]
