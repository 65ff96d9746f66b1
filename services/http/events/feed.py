"""One reading of the feed: from a cursor on, until something was found or the time is up."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Any, Final

from pydantic_core import from_json

from contracts.registry import MESSAGES
from contracts.topics import TOPICS
from contracts.values.immutable import Immutable
from contracts.wire.topic import SERVICES
from services.engine.adapters.kafka_log import LogReaders
from services.engine.core.record import Place
from services.http.callers.caller import Caller
from services.http.events.position import Filters, from_cursor, to_cursor
from services.http.telling.problem import Fault, fault

EVENTS: Final = tuple(topic.name for topic in TOPICS if topic.name.endswith(".events") and topic.owner in SERVICES)
"""Where the services speak. What people of operations did is nobody's outside."""
TYPES: Final = {model.__name__: model for model in MESSAGES.values() if model.topic in EVENTS}
AT_ONCE: Final = 500
"""Records that are read before it is looked whether there is enough."""
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one answer; then it ends, and the cursor goes on behind it."""

Owned = Callable[[Caller, Sequence[str]], Awaitable[frozenset[str]]]
"""Which of these orders are a caller's own."""


class Found(Immutable):
    """What one reading brought: the events as they were said, and where the next one goes on."""

    events: tuple[bytes, ...]
    cursor: str


class Feed:
    """The events of an installation. ``owned`` is absent where orders cannot be asked: then callers that are bound to a
    source have nothing to read.
    """

    def __init__(self, readers: LogReaders, lanes: int, owned: Owned | None) -> None:
        self._readers = readers
        self._lanes = lanes
        self._owned = owned

    async def read(self, cursor: str, filters: Filters, caller: Caller, *, most: int, seconds: float) -> Found:
        """At most ``most`` events behind the cursor (``begin``: from the first that is kept; ``now``: what comes from
        now on), or none if nothing came within ``seconds``. Raises ``Problem``; ``Doubt`` if Kafka does not answer.
        """
        topics = tuple(
            name for name in EVENTS if not filters.types or any(TYPES[t].topic == name for t in filters.types)
        )
        places = [(topic, lane) for topic in topics for lane in range(self._lanes)]
        ends = monotonic() + seconds
        async with self._readers.reader() as reader:
            begins, now = await reader.bounds(places)
            positions = _start(cursor, filters, topics, self._lanes, begins, now)
            reader.seek(positions)
            events: list[bytes] = []
            seen: set[tuple[str, str]] = set()
            size = 0
            while not events:
                left = ends - monotonic()
                records = await reader.read(max(0.0, left), min(AT_ONCE, most))
                wanted = []
                for record in records:
                    positions[record.topic, record.partition] = record.offset + 1
                    event = _event(record.value)
                    if event is not None and _passes(event, filters):
                        wanted.append((event, record.value))
                for event, value in await self._visible(wanted, caller):
                    name = (event["source"], event["id"])
                    if name not in seen:  # a fact of several payers stands in several lanes
                        seen.add(name)
                        events.append(value)
                        size += len(value)
                if left <= 0 or size > MOST_BYTES:
                    break
        return Found(tuple(events), to_cursor(positions, filters))

    async def _visible(
        self, events: Sequence[tuple[Mapping[str, Any], bytes]], caller: Caller
    ) -> Sequence[tuple[Mapping[str, Any], bytes]]:
        if caller.source is None or not events:
            return events
        if self._owned is None:
            raise fault(
                Fault.SCOPE_MISSING, "a key that is bound to a source reads events where orders are served, too"
            )
        orders = {order for event, _ in events if (order := order_in(event)) is not None}
        mine = await self._owned(caller, sorted(orders))
        return [
            (event, value)
            for event, value in events
            if order_in(event) in mine or caller.sees(str(event.get("causationsource", "")))
        ]


def _start(
    cursor: str,
    filters: Filters,
    topics: Sequence[str],
    lanes: int,
    begins: Mapping[Place, int],
    ends: Mapping[Place, int],
) -> dict[Place, int]:
    if cursor == "begin":
        return dict(begins)
    if cursor == "now":
        return dict(ends)
    positions = from_cursor(cursor, filters, topics, lanes)
    for place, offset in positions.items():
        if offset < begins[place]:
            raise fault(Fault.GONE, f"events of {place[0]} behind this cursor were deleted by their age")
        if offset > ends[place]:
            raise fault(Fault.GONE, f"{place[0]} was made again since: this cursor counts in the old one")
    return positions


def _event(value: bytes | None) -> Mapping[str, Any] | None:
    """What one of us said; nothing else stands in these topics for long (``docs/operations.md`` section 5)."""
    try:
        found = from_json(value or b"")
    except ValueError:
        return None
    ours = isinstance(found, dict) and str(found.get("source", "")).startswith("leaseline/")
    return found if ours and found.get("type") in MESSAGES and "id" in found else None


def _passes(event: Mapping[str, Any], filters: Filters) -> bool:
    name = str(event["type"]).split(".")[-2]
    if filters.types and name not in filters.types:
        return False
    if filters.subject is not None and filters.subject not in (event.get("subject"), order_in(event)):
        return False
    return filters.source is None or event["source"] == filters.source


def order_in(event: Mapping[str, Any]) -> str | None:
    """The order that an event is about, if it is about one."""
    data = event.get("data")
    if not isinstance(data, dict):
        return None
    for within in (data, data.get("order"), data.get("subscription")):
        if isinstance(within, dict) and isinstance(within.get("order_id"), str):
            return str(within["order_id"])
    return None
