"""A dead page of a billing run, a dead proposal, a dead price: each is shown with what it holds up, and frees it."""

from datetime import date

from contracts.messages.catalog import VariantSubmitted
from contracts.messages.changes import OrderAmendmentRequested
from contracts.messages.invoices import BillingRunRequested
from contracts.messages.orders import OrderSubmitted
from demo.sample.outbound import Outbound
from operations.mending.going import replay_all
from services.engine.core.rehearsal import Verdict
from services.mending.acts import By
from tests.system import shop
from tests.system.installation import Installation
from tests.system.mended import heard, mending_of, preview_all

BY = By(actor="Grace Nakamura", reason="mended")


async def _dies(installation: Installation, service: str, subjects: str, *records: Outbound) -> None:
    """What a bad release of a service leaves behind; all three run well afterwards."""
    others = installation.start(*({"orders", "fulfillment", "billing"} - {service}))
    bad = installation.start(service, LEASELINE_TEST_RAISE=f"decide:{subjects}")
    for each in (others, bad):
        each.until_ready()
    for _ in range(2):  # the second time as a repeat: a worker that starts says again what its lane said last
        await installation.feed(records)
        await installation.until_quiet([*others.processes, *bad.processes])
    for each in (others, bad):
        each.stop()


async def _told_then_freed(installation: Installation, types: set[str], holds_up: str) -> None:
    """Every letter says what it holds up, would be accepted, and is sent again."""
    running = installation.start()
    running.until_ready()
    await installation.until_quiet(running.processes)
    async with mending_of(installation) as mending:
        every = await preview_all(mending)
        # What was said again to the bad release, and is known: it would change nothing.
        assert {each.rehearsed.verdict for each in every if each.held_back and each.rehearsed} <= {Verdict.ALREADY_SO}
        found = [each for each in every if not each.held_back]
        assert {each.shelved.letter.name for each in found} == types
        assert all(holds_up in each.holds_up for each in found), [each.holds_up for each in found]
        assert {each.rehearsed.verdict for each in found if each.rehearsed} == {Verdict.ACCEPTED}
        await replay_all(mending, found, BY, 10_000, lambda _progress: None)
        await installation.until_quiet(running.processes)
        assert not types & {each.shelved.letter.name for each in await preview_all(mending)}
    running.stop()


async def test_a_dead_page_of_a_billing_run_holds_up_the_run_and_its_replay_ends_it(installation: Installation) -> None:
    good = installation.start()
    good.until_ready()
    await installation.feed([shop.variant(), shop.order("b-1"), shop.order("b-2")])
    await installation.until_quiet(good.processes)
    await installation.feed([shop.scan("b-1", "S1", "S2"), shop.scan("b-2", "S3")])
    await installation.until_quiet(good.processes)
    good.stop()
    asked = shop.sent(
        BillingRunRequested, "run-1", {"period": "2026-04", "as_of": str(date(2026, 4, 30)), "actor": "Ada"}
    )
    lanes = ",".join(f"lane:{lane}" for lane in range(0, installation.lanes, 2))
    await _dies(installation, "billing", lanes, asked)
    before = await heard(installation.addresses.kafka)
    assert "BillingRunCompleted" not in before.by_cause[asked.identity or ("", "")]

    await _told_then_freed(installation, {"LaneInvoicingDue"}, "run 1 of 2026-04 does not end")

    after = await heard(installation.addresses.kafka)
    assert after.by_cause[asked.identity or ("", "")]["BillingRunCompleted"] == 1
    await installation.assert_whole()


async def test_a_dead_proposal_holds_up_the_changes_of_its_order_and_its_replay_decides_it(
    installation: Installation,
) -> None:
    good = installation.start()
    good.until_ready()
    await installation.feed([shop.variant(), shop.order("c-1")])
    await installation.until_quiet(good.processes)
    good.stop()
    data = {
        "order_id": "c-1",
        "actor": "Ada",
        "reason": "one more",
        "items": {"add": [{"sku": shop.SKU, "months": 12, "quantity": 1}]},
    }
    asked = shop.sent(OrderAmendmentRequested, "amend-c", data)
    await _dies(installation, "fulfillment", "c-1", asked)

    await _told_then_freed(installation, {"OrderChangeProposed"}, "change 1 of order c-1 stays open")

    after = await heard(installation.addresses.kafka)
    assert after.by_cause[asked.identity or ("", "")]["OrderAmended"] == 1
    await installation.assert_whole()


async def test_a_dead_price_holds_up_the_orders_that_wait_for_it_and_its_replay_frees_them(
    installation: Installation,
) -> None:
    good = installation.start()
    good.until_ready()
    waits = {**shop.order_data("p-1"), "items": [{"sku": shop.SKU, "months": 24, "quantity": 1}]}
    await installation.feed([shop.variant(), shop.sent(OrderSubmitted, "order-p-1", waits)])
    await installation.until_quiet(good.processes)
    good.stop()
    prices = [{"months": months, "currency": "EUR", "amount": 900} for months in (12, 24)]
    priced = {"sku": shop.SKU, "product_name": "Clock", "variant_name": "Brass", "prices": prices}
    asked = shop.sent(VariantSubmitted, "price-24", priced)
    await _dies(installation, "orders", f"sku:{shop.SKU}", asked)

    await _told_then_freed(installation, {"VariantSubmitted"}, f"an order waits for {shop.SKU}: p-1")

    after = await heard(installation.addresses.kafka)
    names = {name for found in after.by_cause.values() for name in found}
    assert "HoldReleased" in names
    await installation.assert_whole()
