"""Hears everything that the services say, and knows which request still waits for its answer."""

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from contracts.messages.billing import BillingAccountChanged
from contracts.messages.fulfillment import SubscriptionCreated
from contracts.messages.invoices import InvoiceIssued
from contracts.messages.orders import OrderPlaced
from contracts.topics import TOPICS
from demo.sample.outbound import Awaited, Identity

HEARD: Final = (
    "orders.events",
    "fulfillment.events",
    "subscriptions.events",
    "billing.events",
    "orders.dead-letters",
    "fulfillment.dead-letters",
    "billing.dead-letters",
)
_ACTIVE: Final = re.compile(rb'"active_subscriptions":(\d+)')
_ACCOUNT: Final = re.compile(rb'"account_id":"([^"]+)"')
_CODE: Final = re.compile(rb'"code":"([a-z_]+)"')
_SUBSCRIPTION: Final = re.compile(
    rb'"version":(\d+).*?"subscription":\{"subscription_id":"([^"]+)".*?"state":"([a-z]+)"', re.DOTALL
)
_LINES: Final = re.compile(rb'"lines":(\d+)')


@dataclass
class Progress:
    """What was said so far. Facts are counted once, however often they stand in the log."""

    placed: int = 0
    created: int = 0
    records: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    lines: int = 0
    active: int = 0
    accounts: dict[bytes, int] = field(default_factory=dict)
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def billed(self) -> int:
        """Active subscriptions over all accounts: as many as there are, once billing has heard of all."""
        return sum(self.accounts.values())


class Watch:
    """Reads the event and dead-letter topics from their present ends, without a group."""

    def __init__(self, kafka: str) -> None:
        self.progress = Progress()
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=kafka,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
            isolation_level="read_committed",
        )
        self._seen: set[tuple[str, str]] = set()
        self._heard: dict[Identity, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._dead: set[tuple[str, str, str]] = set()
        self._states: dict[bytes, tuple[int, bool]] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self, lanes: int) -> None:
        """Begins to listen at the ends that the topics have now."""
        await self._consumer.start()
        places = [TopicPartition(topic, lane) for topic in HEARD for lane in range(lanes)]
        self._consumer.assign(places)
        for place, end in (await self._consumer.end_offsets(places)).items():
            self._consumer.seek(place, end)
        self._task = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Stops listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._consumer.stop()

    def check(self) -> None:
        """Raises what ended the listening, if something did."""
        if self._task is not None and self._task.done():
            self._task.result()

    def missing(self, awaited: Iterable[Awaited]) -> list[Awaited]:
        """Those that were not heard yet."""
        return [each for each in awaited if self.answers(each) < each.times]

    def answers(self, awaited: Awaited) -> int:
        """How many of an awaited answer were heard, repeats on the wire apart."""
        heard = self._heard.get(awaited.identity, {})
        return sum(len(heard.get(emits, ())) for emits in awaited.emits)

    async def _listen(self) -> None:
        while True:
            for records in (await self._consumer.getmany(timeout_ms=200, max_records=5000)).values():
                for record in records:
                    self._hear(record)
            await asyncio.sleep(0)

    def _hear(self, record: "ConsumerRecord[Any, Any]") -> None:
        progress = self.progress
        progress.records += 1
        if record.topic.endswith("dead-letters"):
            about = {name: (content or b"").decode("utf-8", "replace") for name, content in record.headers}
            where = (
                about.get("leaseline-topic", ""),
                about.get("leaseline-partition", ""),
                about.get("leaseline-offset", ""),
            )
            progress.duplicates += where in self._dead
            self._dead.add(where)
            progress.dead_letters = len(self._dead)
            return
        value: bytes = record.value
        head: dict[str, str] = json.loads(value[: value.index(b',"data":')] + b"}")
        emits, id_ = head["type"], head["id"]
        identity = (head.get("causationsource", ""), head.get("causationid", ""))
        self._heard[identity][emits].add(id_)
        known = (head["source"], id_)
        if known in self._seen:
            progress.duplicates += record.topic != "subscriptions.events"
            return
        self._seen.add(known)
        self._count(emits, value)

    def _count(self, emits: str, value: bytes) -> None:
        progress = self.progress
        if emits == _PLACED:
            progress.placed += 1
        elif emits == _CHANGED:
            account, active = _ACCOUNT.search(value), _ACTIVE.search(value)
            if account is not None and active is not None:
                progress.accounts[account[1]] = int(active[1])
        elif emits == _INVOICED:
            lines = _LINES.search(value)
            progress.lines += int(lines[1]) if lines is not None else 0
        elif emits in _SUBSCRIPTIONS:
            progress.created += emits == _CREATED
            self._count_state(value)
        elif "Refused" in emits:
            progress.codes.update(code.decode() for code in _CODE.findall(value))

    def _count_state(self, value: bytes) -> None:
        """The newest version says whether a subscription is active: its facts may come by different lanes."""
        found = _SUBSCRIPTION.search(value)
        if found is None:
            return
        version, active = int(found[1]), found[3] == b"active"
        before = self._states.get(found[2], (0, False))
        if version > before[0]:
            self._states[found[2]] = (version, active)
            self.progress.active += active - before[1]


_PLACED: Final = OrderPlaced.type_name()
_CREATED: Final = SubscriptionCreated.type_name()
_CHANGED: Final = BillingAccountChanged.type_name()
_INVOICED: Final = InvoiceIssued.type_name()
_SUBSCRIPTIONS: Final = frozenset(
    model.type_name() for topic in TOPICS if topic.name == "subscriptions.events" for model in topic.messages
)
