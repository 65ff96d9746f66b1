"""The facts as they stand in the topics, folded into what the tables show; nothing here looks into a database."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.messages.billing import Account, BillingAccountChanged
from contracts.messages.fulfillment import ItemFulfillmentRefused, SubscriptionCreated
from contracts.messages.invoices import BillingRunCompleted, Invoice, InvoiceIssued, InvoiceLine, InvoiceLinesIssued
from contracts.messages.life import SubscriptionExtended
from contracts.messages.orders import OrderStatusChanged

EVENTS: Final = ("orders.events", "fulfillment.events", "subscriptions.events", "billing.events")


@dataclass
class Folded:
    """What all facts together say: the newest version of each thing counts."""

    status: dict[str, tuple[int, str, bool]] = field(default_factory=dict)
    short_closed: dict[str, tuple[int, bool]] = field(default_factory=dict)
    months: dict[str, int] = field(default_factory=dict)
    states: dict[str, tuple[int, str]] = field(default_factory=dict)
    extended: set[str] = field(default_factory=set)
    serials_refused: Counter[str] = field(default_factory=Counter)
    requests_refused: Counter[str] = field(default_factory=Counter)
    accounts: dict[str, tuple[int, Account]] = field(default_factory=dict)
    runs: dict[tuple[str, int], BillingRunCompleted] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    pages: dict[str, dict[int, bytes]] = field(default_factory=dict)
    """The pages of each invoice's lines, as they were said: most are never looked at."""
    repeated: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    """Answers by code: a request that was refused in part counts too."""
    _answers: set[str] = field(default_factory=set)

    def hear(self, value: bytes) -> None:
        """Takes one event in."""
        if _LINES in value[:400]:
            self._page(value)
            return
        said: dict[str, Any] = json.loads(value)
        name, data = said["type"], said["data"]
        if "order" in data and isinstance(data["order"], dict):
            self._order_fact(data["order"], data["version"])
        elif name == OrderStatusChanged.type_name():
            self._order(data["order_id"], data["version"], data["status"], held=False)
        elif "subscription" in data and isinstance(data["subscription"], dict):
            self._subscription(name, data["subscription"], data["version"])
        elif name == BillingAccountChanged.type_name():
            account = Account.model_validate_json(json.dumps(data["account"]))
            if data["version"] > self.accounts.get(account.account_id, (0, account))[0]:
                self.accounts[account.account_id] = (data["version"], account)
        elif name == InvoiceIssued.type_name():
            invoice = Invoice.model_validate_json(json.dumps(data["invoice"]))
            self.invoices[invoice.number] = invoice
        elif name == BillingRunCompleted.type_name():
            run = BillingRunCompleted.model_validate_json(json.dumps(data))
            self.runs[run.period, run.run] = run
        elif said["source"] + said["id"] not in self._answers:
            self._answers.add(said["source"] + said["id"])
            self._answer(name, data)

    def lines(self, number: str) -> tuple[InvoiceLine, ...]:
        """The lines of one invoice, in their order."""
        pages = self.pages.get(number, {})
        read = (json.dumps(json.loads(pages[page])["data"]) for page in sorted(pages))
        return tuple(line for text in read for line in InvoiceLinesIssued.model_validate_json(text).lines)

    def _page(self, value: bytes) -> None:
        data = json.loads(value)["data"]
        self.pages.setdefault(data["number"], {})[data["page"]] = value

    def _order_fact(self, order: dict[str, Any], version: int) -> None:
        order_id = order["order_id"]
        self._order(order_id, version, order["status"], held=bool(order.get("holds")))
        if version > self.short_closed.get(order_id, (0, False))[0]:
            self.short_closed[order_id] = (version, bool(order.get("short_closed")))

    def _order(self, order_id: str, version: int, status: str, *, held: bool) -> None:
        if version > self.status.get(order_id, (0, "", False))[0]:
            self.status[order_id] = (version, status, held)

    def _subscription(self, name: str, subscription: dict[str, Any], version: int) -> None:
        subscription_id = subscription["subscription_id"]
        if name == SubscriptionCreated.type_name():
            self.months[subscription_id] = subscription["months"]
        elif name == SubscriptionExtended.type_name():
            self.extended.add(subscription_id)
        if version > self.states.get(subscription_id, (0, ""))[0]:
            self.states[subscription_id] = (version, subscription["state"])

    def _answer(self, name: str, data: dict[str, Any]) -> None:
        if name == ItemFulfillmentRefused.type_name():
            self.serials_refused.update(each["code"] for each in data["serials"])
            self.codes.update({each["code"] for each in data["serials"]})
        elif name.endswith(".RequestRefused.v1"):
            self.requests_refused.update({each["code"] for each in data["refusals"]})
            self.codes.update({each["code"] for each in data["refusals"]})
        elif name.endswith(".RequestRepeated.v1"):
            self.repeated += 1


_LINES: Final = InvoiceLinesIssued.type_name().encode()


async def folded(kafka: str, lanes: int) -> Folded:
    """Reads the event topics from their beginnings to the ends that they have now."""
    found = Folded()
    async for value in _events(kafka, lanes):
        found.hear(value)
    return found


async def _events(kafka: str, lanes: int) -> AsyncIterator[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level="read_committed", fetch_max_wait_ms=50)
    await consumer.start()
    try:
        places = [TopicPartition(topic, lane) for topic in EVENTS for lane in range(lanes)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        for place, begin in (await consumer.beginning_offsets(places)).items():
            consumer.seek(place, begin)
        left = {place for place in places if ends[place] > 0}
        while left:
            for place, records in (await consumer.getmany(timeout_ms=200, max_records=5000)).items():
                for record in records:
                    yield record.value
                if records and records[-1].offset + 1 >= ends[place]:
                    left.discard(place)
            for place in list(left):
                if await consumer.position(place) >= ends[place]:
                    left.discard(place)
    finally:
        await consumer.stop()
