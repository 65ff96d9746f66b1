"""The shell: all effects of a batch, in one numbered order, and what each failure means.

1 consume, 2 read, 3 one transaction (load, decide, save), 4 publish, 5 commit. Saved before said, said before
committed; what is repeated is repeated identically. Nothing is ever raised into the framework that calls us: it would
swallow it, and pass the batch by (rule 6).
"""

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import structlog

from services.engine.faults import Conflict, Doubt, Fenced, NotOurs, NotSaid, Stop, Unstorable
from services.engine.keeper import Keeper, Ports
from services.engine.lane import Lane
from services.engine.message import Origin
from services.engine.planning import Plan, Planning, Wants
from services.engine.ports import Transaction
from services.engine.reading import Reader, Reject
from services.engine.record import Place, Record
from services.engine.service import Service

MOST_RECORDS = 2000
MOST_BYTES = 8 * 1024 * 1024
MOST_TROUBLE = 20
"""Messages in a row that cannot be stored, decided or, though one of us said them, read; after so many the service is
wrong, not the messages."""


def _pass(_step: str) -> None:
    """Nothing happens between the steps, outside of tests."""


class Worker:
    """One member of a service's group: ``handle`` takes every batch that was polled.

    ``at`` is told after each step of a batch: ``consumed``, ``read``, ``saved``, ``published``, ``committed``.
    """

    def __init__(self, service: Service, lanes: int, ports: Ports, at: Callable[[str], None] = _pass) -> None:
        self.service = service
        self.keeper = Keeper(service.name, service.topics(), lanes, ports)
        self._reader = Reader(service.name, service.known(), lanes)
        self._ports = ports
        self._at = at
        self._log = structlog.get_logger("engine")
        self._size = MOST_RECORDS
        self._trouble = 0
        self._failed = 0

    def seen(self, records: Iterable[Record]) -> None:
        """Every polled record passes by here, also those of a batch that the framework swallows afterwards."""
        for record in records:
            lane = self.keeper.held.get(record.partition)
            if lane is not None:
                lane.positions[record.topic].seen(record.offset)

    async def handle(self, records: Sequence[Record]) -> None:
        """Takes a batch as it was polled through all five steps. Never raises, except when it is cancelled."""
        self.keeper.busy = True
        try:
            await self._handle(records)
            self._failed = 0
        except Stop as stop:
            self.keeper.stop(stop)
        except Doubt as fault:
            self._log.warning("batch.not_admitted", reason=str(fault)[:300])
            await self.keeper.forget({record.partition for record in records})
        except Exception as error:  # noqa: BLE001 - whatever it is: forget, acquire, do it again; but not for ever
            self._log.error("batch.failed", error=type(error).__name__, where=where(error))
            self._failed += 1
            if self._failed >= MOST_TROUBLE:
                self.keeper.stop(Stop(f"{MOST_TROUBLE} batches in a row failed, the last with {where(error)}."))
            await self.keeper.forget({record.partition for record in records}, renew=True, replace=True)
        finally:
            self.keeper.busy = False

    async def _handle(self, records: Sequence[Record]) -> None:
        todo, lanes = await self.keeper.admitted(records)
        self._at("consumed")
        while todo:
            held = self.keeper.held
            todo = [record for record in todo if held.get(record.partition) is lanes[record.partition]]
            batch = self._cut(todo)
            if not batch:
                return
            mine = {record.partition: lanes[record.partition] for record in batch}
            try:
                taken = await self._step(batch, mine)
            except Conflict as fault:
                self._log.info("batch.conflict", records=len(batch), reason=str(fault)[:300])
                self._size = max(1, len(batch) // 2)
                await self._ports.clock.sleep(0.002 + 0.02 * self._ports.clock.chance())
            except (Doubt, NotSaid) as fault:
                if _unclear(fault):  # a transaction that took too long must not be tried at the same length again
                    self._size = max(1, len(batch) // 2)
                self._log.warning("batch.doubt", fault=type(fault).__name__, reason=str(fault)[:300], lanes=len(mine))
                current = {n for n, lane in mine.items() if self.keeper.held.get(n) is lane}
                await self.keeper.forget(current, renew=_unclear(fault), replace=isinstance(fault, NotSaid))
                todo = [record for record in todo if record.partition not in mine]
            else:
                self._size = min(MOST_RECORDS, self._size * 2)
                todo = todo[taken:]

    def _cut(self, todo: Sequence[Record]) -> Sequence[Record]:
        size = 0
        for count, record in enumerate(todo[: self._size]):
            size += len(record.value or b"")
            if size > MOST_BYTES and count:
                return todo[:count]
        return todo[: self._size]

    async def _step(self, batch: Sequence[Record], lanes: Mapping[int, Lane]) -> int:
        started = self._ports.clock.monotonic()
        plan = await self._saved(batch, lanes)
        self._at("saved")
        last: dict[int, dict[str, Record]] = {}
        for record in batch[: plan.taken]:
            last.setdefault(record.partition, {})[record.topic] = record
        for checkpoint in plan.checkpoints:
            lanes[checkpoint.lane].saved(checkpoint, last[checkpoint.lane])
        said = [outgoing for checkpoint in plan.checkpoints for outgoing in checkpoint.outgoing]
        await self._ports.producer.publish(said)
        self._at("published")
        await self._commit(
            {(topic, n): record.offset + 1 for n, records in last.items() for topic, record in records.items()}
        )
        self._at("committed")
        counts = plan.counts
        self._log.info(
            "batch.done",
            lanes=len(last),
            records=counts.records,
            messages=counts.messages,
            passed_on=counts.passed_on,
            rejects=counts.rejects,
            passed_over=counts.passed_over,
            unknown=counts.unknown,
            changed=len(plan.writes),
            said=len(said),
            ms=round((self._ports.clock.monotonic() - started) * 1000, 1),
        )
        return plan.taken

    async def _saved(self, batch: Sequence[Record], lanes: Mapping[int, Lane]) -> Plan:
        try:
            return await self._transact(batch, lanes, frozenset(), self._trouble)
        except Unstorable as fault:
            if len(batch) > 1:
                raise Conflict(str(fault)) from fault
        record = batch[0]
        what = f"the store cannot hold what a message of {record.topic} makes"
        incarnation = lanes[record.partition].checkpoint.incarnations.get(record.topic, 0)
        _, origin, _ = self._reader.read(record, incarnation)
        try:
            return await self._transact(batch, lanes, frozenset({origin}), _bounded(self._trouble + 1, what))
        except Unstorable as fault:
            raise Stop(f"{what}, nor its dead letter: {fault}. Look at the log before this line.") from fault

    async def _transact(
        self, batch: Sequence[Record], lanes: Mapping[int, Lane], unstorable: frozenset[Origin], trouble: int
    ) -> Plan:
        checkpoints = {n: lane.checkpoint for n, lane in lanes.items()}
        planning = Planning(self.service, self._reader, batch, checkpoints, unstorable, self._troubled, trouble)
        self._at("read")
        async with self._ports.store.transaction() as transaction:
            await _load(planning, planning.needs(), transaction)
            await _load(planning, planning.needs_more(), transaction)
            while (wants := planning.decide()) is not None:
                await _load(planning, wants, transaction)
            plan = planning.plan()
            await transaction.save(plan.writes, plan.checkpoints)
            await transaction.commit()
        self._trouble = planning.trouble
        return plan

    async def _commit(self, offsets: Mapping[Place, int]) -> None:
        try:
            await self._ports.consumer.commit(offsets)
        except (NotOurs, Doubt) as fault:  # no doubt about the batch: the checkpoint has the position
            self._log.warning("commit.failed", reason=str(fault)[:200])

    def _troubled(self, origin: Origin, reject: Reject, error: Exception | None, in_a_row: int) -> None:
        assert reject.model is not None
        self._log.error(
            f"message.{reject.reason}",
            type=reject.model.type_name(),
            origin=origin.address,
            detail=reject.detail,
            where=None if error is None else where(error),
        )
        _bounded(in_a_row, f"{reject.model.__name__}, {reject.reason} ({reject.detail})")


def _bounded(trouble: int, what: str) -> int:
    """So many messages in a row went wrong; too many raise ``Stop``."""
    if trouble >= MOST_TROUBLE:
        raise Stop(f"{MOST_TROUBLE} messages in a row went wrong, the last: {what}. Look at the log before this line.")
    return trouble


def _unclear(fault: Exception) -> bool:
    """Whether the session may still hold something open; being fenced off says clearly that nothing was saved."""
    return isinstance(fault, Doubt) and not isinstance(fault, Fenced)


def where(error: BaseException) -> str:
    """Where it was raised, without its text: that may quote a customer."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))


async def _load(planning: Planning, wants: Wants, transaction: Transaction) -> None:
    keys, pages = wants
    if keys:
        planning.desk.put_loaded(keys, await transaction.load(keys))
    for page in pages:
        planning.desk.put_page(page, await transaction.page(page))
