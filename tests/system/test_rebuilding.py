"""Billing made anew from the topics on real servers: the same documents, killed and run again, and how it goes on."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from contracts.messages.changes import PayerChangeRequested
from contracts.messages.invoices import BillingRunRequested
from contracts.messages.life import ReversalRequested, SubscriptionCancellationRequested
from contracts.messages.orders import OrderSubmitted
from contracts.messages.payers import PayerSettingsSubmitted
from contracts.wire.message import Body
from demo.sample.outbound import Carriage, Outbound, Sending
from installation.errors import InstallationError
from operations.rebuilding import Rebuilding, Rebuilt
from services.billing.settings import Defaults
from services.engine.adapters.mongo_client import connect
from services.engine.core.lanes import home
from tests.rebuilt import LEFT_OUT, comparable
from tests.system import shop
from tests.system.conftest import Installing
from tests.system.installation import Installation
from tests.system.read_back import Said, said

WHO = {"actor": "Grace", "reason": "asked for"}
Kept = dict[str, dict[Any, Mapping[str, Any]]]


def asked(
    model: type[Body], id_: str, data: dict[str, Any], at: datetime = shop.TIME, lane: int | None = None
) -> Outbound:
    return Sending(model, id_, "clerk.test", at, data=data, carriage=Carriage(partition=lane)).outbound()


def of(customer: str, order_id: str, units: int, group: str | None = None, **more: Any) -> Outbound:
    data = shop.order_data(order_id, units) | more
    data["customer"] |= {"id": customer, "type": "business", "company_name": f"{customer} Ltd"}
    if group is not None:
        data["group"] = {"id": group, "name": f"{group} Holding"}
    return shop.sent(OrderSubmitted, f"order-{order_id}", data)


def run(period: str, as_of: str, id_: str | None = None) -> Outbound:
    data = {"period": period, "as_of": as_of, "actor": "Hedy"}
    return asked(BillingRunRequested, id_ or f"run-{period}", data, datetime(2026, 9, 5, 9, tzinfo=UTC))


def settings(id_: str, lane: int | None = None, **data: Any) -> Outbound:
    return asked(PayerSettingsSubmitted, id_, {"actor": "Hedy", **data}, lane=lane)


async def live(installation: Installation) -> None:
    """Orders, settings before and behind them, invoices, credits, a move, repeats, refusals, large and test."""
    services = installation.start()
    services.until_ready()

    async def hear(*records: Outbound) -> None:
        await installation.feed(records)
        await installation.until_quiet(services.processes)

    wrong = (home("group:byrons", installation.lanes) + 1) % installation.lanes
    await hear(shop.variant(), settings("early", group_id="byrons", billing_day=5, lane=wrong))
    await hear(of("byron", "A", 3, "byrons"), of("king", "B", 2), of("king", "T", 1, test=True))
    await hear(of("big", "L", 400), of("big", "M", 300))
    await hear(shop.scan("A", "SN-1", "SN-2"), shop.scan("B", "SN-4"), shop.scan("T", "SN-6"))
    await hear(shop.order("I", 1), shop.scan("I", "SN-9"))
    await hear(
        settings("term", customer_id="king", default_term="net_30"),
        settings("term", customer_id="king", default_term="net_30"),
        settings("term", customer_id="king", default_term="net_7"),
        settings("empty", customer_id="king"),
    )
    await hear(of("king", "C", 1), shop.scan("C", "SN-7"), shop.scan("B", "SN-5"))
    await hear(*(shop.scan("L", *(f"L-{n}" for n in range(first, first + 200))) for first in (0, 200)))
    await hear(*(shop.scan("M", *(f"M-{n}" for n in range(first, first + 150))) for first in (0, 150)))
    await hear(run("2026-03", "2026-04-05"), run("2026-03", "2026-04-05"))
    await hear(
        asked(ReversalRequested, "reverse", {"subscription_id": "A/1", **WHO}),
        asked(PayerChangeRequested, "move", {"order_id": "B", "group": {"id": "lovelaces"}, **WHO}),
        asked(SubscriptionCancellationRequested, "stop", {"subscription_id": "L/7", "reason_code": "other", **WHO}),
        settings("late", group_id="byrons", name="Byron & Byron", clear=["billing_day"]),
    )
    await hear(run("2026-04", "2026-05-06"), run("2026-02", "2026-05-06"), run("2026-04", "2027-01-01", "ahead"))
    assert not any(process.popen.poll() for process in services.processes)
    services.stop()


def rebuilding(installation: Installation, into: str | None, **more: Any) -> Rebuilding:
    at = installation.addresses
    return Rebuilding(at.kafka, at.mongo, installation.databases, Defaults(), into=into, **more)


async def kept(installation: Installation, databases: str) -> Kept:
    async with connect(installation.addresses.mongo) as client:
        database = client[f"{databases}_billing"]
        names = set(await database.list_collection_names()) - LEFT_OUT.keys()
        return {name: {each["_id"]: comparable(name, each) async for each in database[name].find()} for name in names}


def differences(old: Kept, new: Kept) -> list[Any]:
    return [
        (name, id_, old.get(name, {}).get(id_), new.get(name, {}).get(id_))
        for name in sorted(old.keys() | new.keys())
        for id_ in old.get(name, {}).keys() | new.get(name, {}).keys()
        if old.get(name, {}).get(id_) != new.get(name, {}).get(id_)
    ]


async def ends(installation: Installation) -> int:
    return len(await said(installation.addresses.kafka, ["billing.events"]))


def told(events: list[Said]) -> dict[str, Any]:
    """What finance learns: invoices and their lines to the letter, each account and run as it was said last."""
    found: dict[str, Any] = {}
    for event in events:
        if event.type == "BillingAccountChanged":
            found[event.data["account"]["account_id"]] = event.data["account"]
        elif event.type.startswith("BillingRun"):
            found[f"{event.type} {event.data['period']} {event.data['run']}"] = event.data["counts"]
        else:
            found[event.id] = event.data
    return {key: value for key, value in found.items() if not key.startswith("BillingRunProgressed")}


async def test_billing_is_made_anew_and_goes_on_as_the_former_one_would(installing: Installing) -> None:
    installation = await installing()
    await live(installation)
    before = await ends(installation)
    other = f"{installation.databases}_anew"

    died: list[str] = []

    def die(step: str) -> None:
        died.append(step)
        if len(died) in (1, 3):
            raise asyncio.CancelledError

    for _ in range(2):
        with pytest.raises(asyncio.CancelledError):
            await rebuilding(installation, other, at=die).run()
        worker = installation.start_one("billing", LEASELINE_DATABASES=other)
        assert worker.popen.wait(60) == 1
        assert "leaseline rebuild billing" in worker.log.read_text()
    made = await rebuilding(installation, other, at=die).run()
    assert isinstance(made, Rebuilt)
    assert made.lanes == installation.lanes
    old = await kept(installation, installation.databases)
    assert len(old["invoices"]) > 6
    assert {"INV", "T"} == {number.partition("-")[0] for number in old["invoices"]}
    assert max(invoice["pages"] for invoice in old["invoices"].values()) == 2
    assert any(invoice["credit_lines"] for invoice in old["invoices"].values())
    assert differences(old, await kept(installation, other)) == []
    assert await ends(installation) == before
    with pytest.raises(InstallationError, match="is not empty"):
        await rebuilding(installation, other).run()

    services = installation.start()
    services.until_ready()
    for further in (  # each behind what it builds on: whoever reads all of it later decides the same
        [of("king", "D", 1), shop.scan("D", "SN-20")],
        [settings("again", customer_id="fresh", name="Fresh"), run("2026-03", "2026-04-05", "run-2026-03")],
        [run("2026-05", "2026-06-06")],
    ):
        await installation.feed(further)
        await installation.until_quiet(services.processes)
    services.stop()
    first = list(await said(installation.addresses.kafka, ["billing.events"]))
    worker = installation.start_one("billing", LEASELINE_DATABASES=other)
    await _read_on(installation, other)
    worker.popen.terminate()
    worker.popen.wait(60)
    again = behind(first, list(await said(installation.addresses.kafka, ["billing.events"])))
    assert told(again) == {key: value for key, value in told(first).items() if key in told(again)}
    news = told(behind(first[:0], first)).keys() & told(again).keys()
    assert any(key.startswith("INV-") for key in news)
    old, new = await kept(installation, installation.databases), await kept(installation, other)
    for each in (old, new):  # they read in other batches, and an account is said once a batch
        del each["checkpoints"]
        each["accounts"] = {id_: {**account, "version": 0} for id_, account in each["accounts"].items()}
    assert differences(old, new) == []


def behind(first: list[Said], events: list[Said]) -> list[Said]:
    """What stands in each partition behind what stood there first."""
    stood = Counter(event.place for event in first)
    passed: Counter[tuple[str, int]] = Counter()
    found = []
    for event in events:
        passed[event.place] += 1
        if passed[event.place] > stood[event.place]:
            found.append(event)
    return found


async def _read_on(installation: Installation, databases: str) -> None:
    """Until billing of the other database has read what the former one had."""
    async with asyncio.timeout(120):
        while True:
            old, new = await kept(installation, installation.databases), await kept(installation, databases)
            there = {lane: dict(each["offsets"]) for lane, each in new["checkpoints"].items()}
            wanted = [(n, topic, at) for n, each in old["checkpoints"].items() for topic, at in each["offsets"]]
            if all(there.get(lane, {}).get(topic, 0) >= at for lane, topic, at in wanted):
                return
            await asyncio.sleep(0.2)


async def test_it_is_refused_while_workers_run_and_where_the_beginning_is_gone(installation: Installation) -> None:
    services = installation.start()
    services.until_ready()
    await installation.feed([shop.variant(), shop.order("A", 1), shop.scan("A", "SN-1")])
    await installation.until_quiet(services.processes)
    other = f"{installation.databases}_anew"
    with pytest.raises(InstallationError, match=r"workers of billing run .*stop them first"):
        await rebuilding(installation, other).run()
    services.stop()
    with pytest.raises(InstallationError, match="is not empty"):
        await rebuilding(installation, None).run()
    facts = list(await said(installation.addresses.kafka, ["subscriptions.events"]))
    _, lane = facts[0].place
    admin = AIOKafkaAdminClient(bootstrap_servers=installation.addresses.kafka)
    await admin.start()
    await admin.delete_records({TopicPartition("subscriptions.events", lane): RecordsToDelete(1)})
    await admin.close()
    with pytest.raises(InstallationError) as refused:
        await rebuilding(installation, other).run()
    assert f"subscriptions.events partition {lane} begins with offset 1 and holds nothing" in str(refused.value)
    assert "retention.ms=-1" in str(refused.value)
    async with connect(installation.addresses.mongo) as client:
        assert await client[f"{other}_billing"].list_collection_names() == []
