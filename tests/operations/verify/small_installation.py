"""An installation in memory: the three services over four lanes of lists, to be broken by hand and then verified.

The services and the engine's planning are the real ones, so what the books read is what is really said and kept. Each
record keeps its offset, so a record that is taken out leaves a hole and nothing else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.messages.catalog import Price, VariantSubmitted
from contracts.messages.changes import OrderCancellationRequested
from contracts.messages.customers import Customer, Group
from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.invoices import BillingRunRequested
from contracts.messages.life import ReversalRequested
from contracts.messages.orders import ItemSubmitted, NoteSubmitted, OrderSubmitted
from contracts.topics import TOPICS
from contracts.values.places import Address
from contracts.wire.encoding import encoded
from contracts.wire.message import Body
from operations.verify.books import Books
from operations.verify.entering import enter
from operations.verify.found import Found
from operations.verify.judging import judge, reported
from operations.verify.kept import COLLECTIONS, IGNORED, enter_checkpoint, enter_document
from operations.verify.report import Report
from services.billing.service import billing
from services.engine.adapters.mongo_checkpoint import to_document
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import replace
from services.engine.core.lanes import home
from services.engine.core.planning import Planning
from services.engine.core.reading import Reader
from services.engine.core.service import Service
from services.engine.core.unit_of_work import Lacking, matches
from services.fulfillment.service import fulfillment
from services.orders.service import orders
from tests.orders.shop import NO_WAITING

LANES = 4
NOON = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)
STREET = Address(street="1 Analytical Row", city="London", postal_code="W1", country="GB")


@dataclass(frozen=True)
class Logged:
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    @property
    def text(self) -> str:
        return (self.value or b"").decode(errors="replace")


class SmallInstallation:
    def __init__(self) -> None:
        self.services: tuple[Service, ...] = (orders(NO_WAITING), fulfillment(), billing())
        self.log: dict[tuple[str, int], list[Logged]] = {(t.name, n): [] for t in TOPICS for n in range(LANES)}
        self.begins: dict[tuple[str, int], int] = {}
        self.documents: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        self.checkpoints = {(s.name, n): Checkpoint(n, 1) for s in self.services for n in range(LANES)}
        self._next = dict.fromkeys(self.log, 0)
        self._now = int(NOON.timestamp() * 1000)

    @property
    def now(self) -> datetime:
        """The broker's time of the next record."""
        return datetime.fromtimestamp(self._now // 1000, UTC)

    @now.setter
    def now(self, at: datetime) -> None:
        self._now = int(at.timestamp() * 1000)

    def append(
        self,
        topic: str,
        lane: int,
        value: bytes | None,
        key: bytes | None = None,
        headers: tuple[tuple[str, bytes | None], ...] = (),
    ) -> Logged:
        self._now += 1
        record = Logged(topic, lane, self._next[topic, lane], self._now, key, value, headers)
        self._next[topic, lane] += 1
        self.log[topic, lane].append(record)
        return record

    def ask(
        self, body: Body, id_: str, *, source: str = "shop", away: int = 0, time: datetime = NOON - timedelta(hours=1)
    ) -> Logged:
        """Publishes a request, ``away`` lanes from its home."""
        lane = (home(body.subjects()[0], LANES) + away) % LANES
        return self.append(body.topic, lane, encoded(body, id=id_, source=source, time=time))

    def run(self) -> None:
        """Lets the services decide until nothing is left to read."""
        while sum(self._step(service, lane) for service in self.services for lane in range(LANES)):
            pass

    def _step(self, service: Service, lane: int) -> bool:
        checkpoint = self.checkpoints[service.name, lane]
        records = [r for topic in service.topics() for r in self._unread(topic, lane, checkpoint)]
        if not records:
            return False
        reader = Reader(service.name, service.known(), LANES)
        planning = Planning(service, reader, records, {lane: checkpoint})
        wants: Lacking | None = planning.prefetch()
        while wants is not None:
            keys, pages = wants
            there = {(c, i): d for (s, c), held in self.documents.items() if s == service.name for i, d in held.items()}
            planning.work.put_loaded(keys, {key: there[key] for key in keys if key in there})
            for name, page in pages:
                held = self.documents.get((service.name, name), {})
                found = [(id_, document) for id_, document in sorted(held.items()) if matches(page, id_, document)]
                planning.work.put_page(page, found[: page.limit])
            wants = planning.decide()
        plan = planning.plan()
        for write in plan.writes:
            collection = self.documents.setdefault((service.name, write.collection), {})
            if write.fields is None:
                collection.pop(write.id)
            else:
                collection[write.id] = dict(write.onto(collection.get(write.id, {"_id": write.id})))
        for moved in plan.checkpoints:
            self.checkpoints[service.name, moved.lane] = moved
            for out in moved.outgoing:
                self.append(out.topic, out.lane, out.value, out.key, out.headers)
        return True

    def _unread(self, topic: str, lane: int, checkpoint: Checkpoint) -> Iterator[Logged]:
        return (record for record in self.log[topic, lane] if record.offset >= checkpoint.offsets.get(topic, 0))

    def said(self, type_: str, containing: str = "") -> list[Logged]:
        """The records of events and internal topics of this type, in the order in which they were appended."""
        found = [
            record
            for records in self.log.values()
            for record in records
            if f".{type_}.v1" in record.text and containing in record.text and not record.topic.endswith(".requests")
        ]
        return sorted(found, key=lambda record: record.timestamp)

    def take_out(self, *records: Logged) -> None:
        """The records are gone, as if they had never been written."""
        for record in records:
            self.log[record.topic, record.partition].remove(record)

    def rewrite(self, record: Logged, old: str, new: str) -> None:
        """The record says something else."""
        assert old in record.text
        place = self.log[record.topic, record.partition]
        place[place.index(record)] = dataclass_replace(record, value=record.text.replace(old, new).encode())

    def document(self, service: str, collection: str, id_: str) -> dict[str, Any]:
        """A document as it is kept; changes to its top level are kept, too."""
        return self.documents[service, collection][id_]

    def forget_what_was_to_be_said(self) -> None:
        """As after a later batch that had nothing to say."""
        self.checkpoints = {key: replace(c, outgoing=()) for key, c in self.checkpoints.items()}

    def books(self) -> Books:
        books = Books(":memory:")
        for (topic, lane), records in self.log.items():
            begins = self.begins.get((topic, lane), 0)
            there = [record for record in records if record.offset >= begins]
            books.add("log", topic, lane, begins, self._next[topic, lane], there[0].timestamp if there else None)
            for record in there:
                enter(books, Found.in_log(record))
        self.keep(books)
        return books

    def keep(self, books: Books) -> None:
        """Enters the documents as they are now."""
        for service, collection, _ in COLLECTIONS:
            for id_, document in self.documents.get((service, collection), {}).items():
                whole = {"_id": id_} | document
                enter_document(
                    books, service, collection, {name: value for name, value in whole.items() if name not in IGNORED}
                )
        for (service, _), checkpoint in self.checkpoints.items():
            enter_checkpoint(books, service, to_document(checkpoint))

    def report(self, *, behind: bool = False) -> Report:
        books = self.books()
        judge(books, 1, behind=behind)
        return reported(books, 1)


def variant(sku: str = "LAPTOP", prices: Sequence[tuple[int, int]] = ((12, 4900), (24, 3900))) -> VariantSubmitted:
    offered = tuple(Price(months=months, currency="EUR", amount=amount) for months, amount in prices)
    return VariantSubmitted(sku=sku, product_name="Laptop", variant_name="Silver", prices=offered)


def order(
    order_id: str, quantity: int = 1, *, group: str | None = None, sku: str = "LAPTOP", months: int = 12
) -> OrderSubmitted:
    return OrderSubmitted(
        order_id=order_id,
        customer=Customer(
            id=f"c-{order_id}",
            email=f"{order_id}@engine.example",
            first_name="Ada",
            last_name="King",
            type="individual" if group is None else "business",
            company_name=None if group is None else "Engine Ltd",
        ),
        group=None if group is None else Group(id=group),
        billing_address=STREET,
        items=(ItemSubmitted(sku=sku, months=months, quantity=quantity),),
        currency="EUR",
    )


def scan(order_id: str, *serials: str) -> ItemFulfillmentRequested:
    return ItemFulfillmentRequested(order_id=order_id, sku="LAPTOP", serials=serials)


def healthy() -> SmallInstallation:
    """Two orders with three subscriptions in two accounts, one order on hold, one without scans, one refused; a scan
    that waits, a scan and an order that came twice, a scan refused in part, and a record that cannot be read."""
    small = SmallInstallation()
    small.ask(variant(), "v1", source="catalog")
    small.run()
    small.ask(order("o-1", 2, group="engines"), "s1")
    small.ask(order("o-2"), "s2", away=1)
    small.ask(order("o-3", months=36), "s3")
    small.ask(order("o-4"), "s4")
    small.ask(order("o-5", sku="UNKNOWN"), "s5")
    small.run()
    small.append("fulfillment.requests", home("o-1", LANES), b"no JSON")
    small.ask(scan("o-1", "A1", "A2", "A3"), "m1", source="scanner")
    small.ask(scan("o-2", "B1"), "m2", source="scanner", away=2)
    small.ask(scan("o-9", "C1"), "m3", source="scanner")
    small.run()
    small.ask(scan("o-1", "A1", "A2", "A3"), "m1", source="scanner")
    small.ask(order("o-4"), "again")
    small.ask(NoteSubmitted(order_id="o-1", text="Leave it at the door.", author="Grace"), "n1", source="clerk")
    small.run()
    small.forget_what_was_to_be_said()
    return small


def invoiced() -> SmallInstallation:
    """The same after a billing run, a reversal and the next run; an order with a change that is still open, and an
    order that was cancelled."""
    small = healthy()
    small.now = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
    small.ask(BillingRunRequested(period="2024-05", as_of=date(2024, 6, 1), actor="Hedy"), "may", source="finance")
    small.run()
    small.ask(ReversalRequested(subscription_id="o-1/2", actor="Grace", reason="wrong box"), "r1", source="clerk")
    small.ask(OrderCancellationRequested(order_id="o-4", actor="Grace", reason="twice"), "c1", source="clerk")
    small.run()
    small.now = datetime(2024, 7, 1, 12, 0, tzinfo=UTC)
    small.ask(BillingRunRequested(period="2024-06", as_of=date(2024, 7, 1), actor="Hedy"), "june", source="finance")
    small.run()
    small.forget_what_was_to_be_said()
    return small
