"""The life of one order and its subscriptions, through three services as processes, on real servers."""

from datetime import UTC, datetime
from typing import Any

from contracts.messages.changes import (
    OrderAmendmentRequested,
    OrderCancellationRequested,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.messages.clock import ClockTicked
from contracts.messages.customers import Group
from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.invoices import BillingRunRequested
from contracts.messages.life import (
    ReplacementRequested,
    ReturnSubmitted,
    ReversalRequested,
    SerialCorrectionRequested,
    SubscriptionCancellationRequested,
)
from contracts.messages.orders import OrderSubmitted
from contracts.messages.payers import PayerSettingsSubmitted
from contracts.wire.message import Body
from demo.sample.outbound import Carriage, Outbound, Sending
from operations.jobs.moving import Move, move, theirs_of
from tests.system import shop
from tests.system.installation import Installation
from tests.system.read_back import said

CLERK = "clerk.test"
ACTOR = {"actor": "Grace", "reason": "asked for"}


def asked(model: type[Body], id_: str, data: dict[str, Any], at: datetime = shop.TIME) -> Outbound:
    return Sending(model, id_, CLERK, at, data=data).outbound()


def business(order_id: str, units: int, customer: str | None = None, group: str | None = "byrons") -> Outbound:
    data = shop.order_data(order_id, units)
    data["customer"] |= {"type": "business", "company_name": "Byron Ltd"}
    data |= {"term": "net_14"}
    if customer is not None:
        data["customer"]["id"] = customer
    if group is not None:
        data["group"] = {"id": group, "name": "Byron Holding"}
    return shop.sent(OrderSubmitted, f"order-{order_id}", data)


async def test_an_order_is_changed_scanned_corrected_moved_cancelled_in_part_and_invoiced(
    installation: Installation,
) -> None:
    services = installation.start()
    services.until_ready()

    async def hear(*records: Outbound) -> None:
        await installation.feed(records)
        await installation.until_quiet(services.processes)

    settings = {"group_id": "byrons", "billing_day": 5, "actor": "Hedy"}
    await hear(shop.variant(), asked(PayerSettingsSubmitted, "settings", settings))
    await hear(
        business("A", 4), business("B", 1), asked(OrderCancellationRequested, "early", {"order_id": "C", **ACTOR})
    )
    await hear(
        asked(
            OrderAmendmentRequested,
            "amend",
            {"order_id": "A", "items": {"change": [{"item_id": "1", "quantity": 5}]}, **ACTOR},
        ),
        asked(OrderCancellationRequested, "cancel", {"order_id": "B", **ACTOR}),
        business("C", 1),
    )
    await hear(shop.scan("A", "SN-1", "SN-2", "SN-3"), shop.scan("B", "SN-9"))
    await hear(
        asked(SerialCorrectionRequested, "correct", {"subscription_id": "A/1", "new_serial": "SN-11", **ACTOR}),
        asked(ReplacementRequested, "replace", {"subscription_id": "A/2", "new_serial": "SN-22", **ACTOR}),
        asked(ReversalRequested, "reverse", {"subscription_id": "A/3", **ACTOR}),
        asked(OrderCancellationRequested, "too-late", {"order_id": "A", **ACTOR}),
    )
    await hear(
        asked(ReturnSubmitted, "return", {"serial": "sn-2", "condition": "worn", **ACTOR}),
        asked(ShortCloseRequested, "close", {"order_id": "A", **ACTOR}),
    )
    run = {"period": "2026-03", "as_of": "2026-04-05", "actor": "Hedy"}
    later = datetime(2026, 4, 5, 9, tzinfo=UTC)
    await hear(asked(BillingRunRequested, "march", run, later))
    await hear(
        asked(PayerChangeRequested, "move", {"order_id": "A", "group": {"id": "lovelaces"}, **ACTOR}),
        asked(
            SubscriptionCancellationRequested,
            "stop",
            {"subscription_id": "A/1", "reason_code": "customer_request", **ACTOR},
        ),
    )
    await hear(asked(BillingRunRequested, "march-again", run | {"as_of": "2026-04-06"}, later))
    april = {"period": "2026-04", "as_of": "2026-05-05", "actor": "Hedy"}
    await hear(asked(BillingRunRequested, "april", april, datetime(2026, 5, 5, 9, tzinfo=UTC)))

    events = list(await said(installation.addresses.kafka))

    def of(id_: str, source: str = CLERK) -> list[str]:
        return sorted({event.type for event in events if event.cause == (source, id_)})

    assert of("amend") == ["OrderAmended", "OrderChangeProposed"]
    assert of("cancel") == ["OrderCancelled", "OrderChangeProposed"]
    assert of("early") == ["OrderCancelled", "RequestParked"]
    assert of("too-late") == ["OrderChangeProposed", "RequestRefused"]
    assert of("correct")[-1:] == ["SerialCorrected"]
    assert "DeviceReplaced" in of("replace")
    assert "SubscriptionReversed" in of("reverse")
    assert of("return") == ["AssetReturned"]
    assert "OrderAmended" in of("close")
    assert "OrderAmended" in of("move")
    assert "SubscriptionCancelled" in of("stop")
    assert of("scan-B-SN-9", shop.SOURCE) == ["ItemFulfillmentRefused"]
    invoices = [event.data["invoice"] for event in events if event.type == "InvoiceIssued"]
    found = sorted((i["period"], i["payer"], i["lines"], i["total"], i["issue_date"], i["due_date"]) for i in invoices)
    assert found == [
        ("2026-03", "group:byrons", 2, 1800, "2026-04-05", "2026-04-19"),
        ("2026-04", "group:lovelaces", 1, 900, "2026-05-05", "2026-05-19"),
    ]
    ended = [event.data for event in events if event.type == "BillingRunCompleted"]
    assert {(each["period"], each["run"]): each["counts"]["invoices"] for each in ended} == {
        ("2026-03", 1): 1,
        ("2026-03", 2): 0,
        ("2026-04", 1): 1,
    }
    last = [event.data["order"] for event in events if event.type == "OrderAmended"][-1]
    assert (last["status"], last["short_closed"], last["payer"]) == ("fulfilled", True, "group:lovelaces")
    report = await installation.assert_whole()
    assert report.summary == "6 of 6 hold, 1 nothing yet"


async def test_a_contract_ends_when_the_clock_says_so(installation: Installation) -> None:
    services = installation.start()
    services.until_ready()
    await installation.feed([shop.variant()])
    await installation.until_quiet(services.processes)
    then = datetime(2025, 6, 2, 9, tzinfo=UTC)
    scan = {"order_id": "A", "sku": shop.SKU, "serials": ["SN-1"]}
    await installation.feed(
        [
            asked(OrderSubmitted, "order", shop.order_data("A", 1), then),
            asked(ItemFulfillmentRequested, "scan", scan, then),
        ]
    )
    await installation.until_quiet(services.processes)
    ticks = [
        Sending(
            ClockTicked,
            f"tick-{day}-{lane}",
            "leaseline/orders",
            shop.TIME,
            data={"lane": lane, "as_of": f"{day}T00:00:00.000Z"},
            carriage=Carriage(partition=lane),
        )
        for day in ("2026-06-01", "2026-06-02")
        for lane in range(installation.lanes)
    ]
    await installation.feed([tick.outbound() for tick in ticks])
    await installation.until_quiet(services.processes)

    events = list(await said(installation.addresses.kafka))
    (ended,) = [event.data["subscription"] for event in events if event.type == "SubscriptionEnded"]
    assert (ended["state"], ended["ends_before"]) == ("ended", "2026-06-02")
    assert [e.data["account"]["active_subscriptions"] for e in events if e.type == "BillingAccountChanged"][-1] == 0
    await installation.assert_whole()


async def test_a_customer_is_moved_to_another_group_with_all_orders_and_it_can_be_run_again(
    installation: Installation,
) -> None:
    services = installation.start()
    services.until_ready()
    await installation.feed([shop.variant()])
    await installation.until_quiet(services.processes)
    orders = [business(order_id, 1, customer="byron-ltd") for order_id in ("A", "B", "C")]
    await installation.feed([*orders, business("D", 1), shop.scan("A", "SN-1")])
    await installation.until_quiet(services.processes)
    await installation.feed([asked(OrderCancellationRequested, "cancel", {"order_id": "C", **ACTOR})])
    await installation.until_quiet(services.processes)

    async def moved(to: str) -> list[str]:
        theirs = await theirs_of(installation.addresses.mongo, installation.databases, "byron-ltd")
        assert list(theirs.payers) == ["A", "B"]
        requests = Move("byron-ltd", Group(id=to), "Grace", "sold").requests(theirs)
        return sorted((await move(installation.addresses.kafka, requests, lambda _moved: None)).answers.values())

    assert await moved("lovelaces") == ["default", "moved", "moved"]
    assert await moved("lovelaces") == []
    assert await moved("byrons") == ["default", "moved", "moved"]
    assert await moved("lovelaces") == ["default", "moved", "moved"]
    await installation.feed([business("E", 1, customer="byron-ltd", group=None)])
    await installation.until_quiet(services.processes)
    facts = [event.data["order"] for event in await said(installation.addresses.kafka) if "order" in event.data]
    payers = {fact["order_id"]: fact["payer"] for fact in facts}
    assert payers == {
        "A": "group:lovelaces",
        "B": "group:lovelaces",
        "C": "group:byrons",
        "D": "group:byrons",
        "E": "group:lovelaces",
    }
    await installation.assert_whole()
