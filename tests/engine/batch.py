"""Records and checkpoints for tests of the engine's pure pieces: the tiny service, without ports."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import Stored
from services.engine.core.plan import Plan
from services.engine.core.planning import Planning
from services.engine.core.reading import Reader
from services.engine.core.service import Key, Service
from services.engine.core.unit_of_work import Lacking, matches
from tests.engine.memory.log import MemoryRecord
from tests.engine.simulation.tally import REQUESTS, SERVICE

BEGAN = 1_700_000_000_000


def asking(
    name: str,
    data: Mapping[str, Any],
    *,
    id: str = "1",  # noqa: A002  the CloudEvents attribute's name
    source: str = "shop",
    **attributes: str,
) -> bytes:
    """A request of the tiny service, as a sender writes it."""
    head = {"specversion": "1.0", "type": f"leaseline.tally.{name}.v1", "source": source, "id": id, **attributes}
    return json.dumps({**head, "data": data}).encode()


def record(
    value: bytes | None,
    offset: int = 0,
    *,
    lane: int = 0,
    topic: str = REQUESTS,
    headers: tuple[tuple[str, bytes | None], ...] = (),
    key: bytes | None = None,
) -> MemoryRecord:
    """As it was consumed."""
    return MemoryRecord(topic, lane, offset, BEGAN + offset, key, value, headers)


class NotUtf8(str):
    """A header's name as a client may write it that takes bytes for names."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Not what it should be."""
        return b"\xff" + super().encode(encoding, errors)


class Shelf:
    """Documents and checkpoints that plans are made from and applied to, as the store would."""

    def __init__(self, lanes: int = 1, service: Service = SERVICE) -> None:
        self.service = service
        self.reader = Reader(service.name, service.known(), lanes)
        self.documents: dict[Key, Stored] = {}
        self.checkpoints = {lane: Checkpoint(lane) for lane in range(lanes)}

    def plan(self, records: Sequence[MemoryRecord]) -> Plan:
        """What these records make, one batch."""
        concerned = {r.partition: self.checkpoints[r.partition] for r in records}
        planning = Planning(self.service, self.reader, records, concerned)
        self._load(planning, planning.prefetch())
        self._load(planning, planning.prefetch_related())
        while (wants := planning.decide()) is not None:
            self._load(planning, wants)
        return planning.plan()

    def save(self, plan: Plan) -> Plan:
        """Applies it."""
        for write in plan.writes:
            if write.fields is None:
                self.documents.pop((write.collection, write.id), None)
            else:
                key = (write.collection, write.id)
                self.documents[key] = write.onto(self.documents.get(key, {}))
        self.checkpoints |= {checkpoint.lane: checkpoint for checkpoint in plan.checkpoints}
        return plan

    def _load(self, planning: Planning, wants: Lacking) -> None:
        keys, pages = wants
        planning.work.put_loaded(keys, {key: self.documents[key] for key in keys if key in self.documents})
        for collection, page in pages:
            there = ((id_, stored) for (name, id_), stored in sorted(self.documents.items()) if name == collection)
            planning.work.put_page(page, [(id_, stored) for id_, stored in there if matches(page, id_, stored)])
