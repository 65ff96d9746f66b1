"""The shell: all effects of a batch, in one numbered order, and what each failure means.

1 consume, 2 read, 3 one transaction (load, decide, save), 4 publish, 5 commit. Saved before said, said before
committed; what is repeated is repeated identically. Nothing is ever raised into the framework that calls us: it would
swallow it, and pass the batch by (rule 6).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog

from services.engine.core.document import replace
from services.engine.core.entry import SetAside, Spot, spot
from services.engine.core.failing import UNSTORABLE, Undecidable, where
from services.engine.core.faults import Conflict, Doubt, Fenced, NotOurs, NotSaid, Stop, Unstorable
from services.engine.core.incident import Incident
from services.engine.core.lane import Lane
from services.engine.core.plan import Plan
from services.engine.core.planning import Planning
from services.engine.core.reading import Reader, Reject
from services.engine.core.record import Place, Record
from services.engine.core.service import Service
from services.engine.runtime.journal import Journal
from services.engine.runtime.lane_manager import LaneManager, Ports
from services.engine.runtime.origins import Origins
from services.engine.runtime.planned import planned
from services.engine.runtime.setbacks import Setbacks, wait_after

MOST_RECORDS = 2000
MOST_BYTES = 8 * 1024 * 1024
MOST_TROUBLE = 20
"""Messages in a row that cannot be stored, decided or, though one of us said them, read; after so many the service is
wrong, not the messages. As often may the batches of a partition fail for a reason outside of any message."""


def _pass(_step: str) -> None:
    """Nothing happens between the steps, outside of tests."""


class Worker:
    """One member of a service's group: ``handle`` takes every batch that was polled.

    ``at`` is told after each step of a batch: ``consumed``, ``read``, ``saved``, ``published``, ``committed``.
    """

    def __init__(
        self,
        service: Service,
        lanes: int,
        ports: Ports,
        at: Callable[[str], None] = _pass,
        incidents_a_minute: int | None = None,
    ) -> None:
        self.service = service
        self.lane_manager = LaneManager(service.name, service.topics(), lanes, ports)
        self._reader = Reader(service.name, service.known(), lanes)
        self._ports = ports
        self._at = at
        self._log = structlog.get_logger("engine")
        self._journal = Journal(self._log, ports.clock, incidents_a_minute)
        self._origins = Origins(service.topics(), self._reader, ports.consumer, self.lane_manager.held)
        self._size = MOST_RECORDS
        self._trouble = 0
        self._setbacks = Setbacks()
        self._turn = asyncio.Lock()
        self._cut_off = False

    def seen(self, records: Iterable[Record]) -> None:
        """Every polled record passes by here, also those of a batch that the framework swallows afterwards."""
        for record in records:
            lane = self.lane_manager.held.get(record.partition)
            if lane is not None:
                lane.positions[record.topic].seen(record.offset)

    async def handle(self, records: Sequence[Record]) -> None:
        """Takes a batch as it was polled through all five steps. Never raises, except when it is cancelled."""
        async with self._turn:
            await self._handled(records)

    async def _handled(self, records: Sequence[Record]) -> None:
        self.lane_manager.busy = True
        try:
            todo, lanes = await self.lane_manager.admitted(records)
            self._at("consumed")
            self._ports.figures.consumed(todo)
            false = await self._origins.false(todo, lanes)
            for part in self._setbacks.apart(todo):
                await self._handle(part, lanes, false)
        except Stop as stop:
            self.lane_manager.stop(stop)
        except Doubt as fault:
            self._log.warning("batch.not_admitted", reason=str(fault)[:300])
            await self.lane_manager.forget({record.partition for record in records})
        except Exception as error:  # noqa: BLE001 - whatever it is: forget, acquire, do it again; but not for ever
            await self._failed(records, error)
        finally:
            self.lane_manager.busy = False

    async def settle(self) -> None:
        """Saves of every lane in hand that nothing is left to be said: what a lane in hand had to say is said, but its
        checkpoint keeps it until the next batch, which may never come. Whoever grows the installation looks there.
        """
        async with self._turn:
            said = {n: lane for n, lane in self.lane_manager.held.items() if lane.checkpoint.outgoing}
            if not said or self._cut_off:  # the process ends: of the last batch nobody knows what was said
                return
            settled = [replace(lane.checkpoint, batch=lane.checkpoint.batch + 1, outgoing=()) for lane in said.values()]
            try:
                async with self._ports.store.transaction() as transaction:
                    await transaction.save((), settled)
                    await transaction.commit()
            except (Conflict, Doubt) as fault:
                self._log.info("lanes.not_settled", lanes=len(said), reason=str(fault)[:200])
                await self.lane_manager.forget(said, renew=_unclear(fault))
                return
            except Stop:
                raise
            except Exception as error:  # noqa: BLE001 - as with a batch: forget, acquire, do it again
                self._log.error("lanes.not_settled", lanes=len(said), error=type(error).__name__, where=where(error))
                await self.lane_manager.forget(said, renew=True, wait=wait_after(1))
                return
            for checkpoint in settled:
                said[checkpoint.lane].saved(checkpoint, {})

    async def _failed(self, records: Sequence[Record], error: Exception) -> None:
        """These partitions wait and try again; one that failed too often stops the service, and is named."""
        (topic, lane), times = self._setbacks.count(records)
        lanes = {record.partition for record in records}
        place, name = where(error), type(error).__name__
        self._ports.figures.failed("error")
        self._log.error("batch.failed", error=name, where=place, lanes=sorted(lanes), times=times)
        if times >= MOST_TROUBLE:
            self.lane_manager.stop(
                Stop(
                    f"lane {lane} stands still: batches of {topic} failed {times} times, the last with {name} at "
                    f"{place}. Nothing of it was decided or lost. Look at the log before this line."
                )
            )
        await self.lane_manager.forget(lanes, renew=True, replace=True, wait=wait_after(times))

    async def _handle(
        self, todo: Sequence[Record], lanes: Mapping[int, Lane], set_aside: Mapping[Spot, SetAside]
    ) -> None:
        while todo:
            held = self.lane_manager.held
            todo = [record for record in todo if held.get(record.partition) is lanes[record.partition]]
            batch = self._cut(todo)
            if not batch:
                return
            mine = {record.partition: lanes[record.partition] for record in batch}
            try:
                taken = await self._step(batch, mine, set_aside)
            except Conflict as fault:
                self._ports.figures.failed("conflict")
                self._log.info("batch.conflict", records=len(batch), reason=str(fault)[:300])
                self._size = max(1, len(batch) // 2)
                await self._ports.clock.sleep(0.002 + 0.02 * self._ports.clock.chance())
            except Undecidable as fault:  # nothing was saved, and nobody is in the way: no need to wait
                self._log.info("batch.halved", records=len(batch), reason=str(fault)[:300])
                self._size = max(1, len(batch) // 2)
            except (Doubt, NotSaid) as fault:
                if _unclear(fault):  # a transaction that took too long must not be tried at the same length again
                    self._size = max(1, len(batch) // 2)
                self._ports.figures.failed("doubt")
                self._log.warning("batch.doubt", fault=type(fault).__name__, reason=str(fault)[:300], lanes=len(mine))
                current = {n for n, lane in mine.items() if self.lane_manager.held.get(n) is lane}
                await self.lane_manager.forget(current, renew=_unclear(fault), replace=isinstance(fault, NotSaid))
                todo = [record for record in todo if record.partition not in mine]
            except Stop:
                raise
            except Exception as error:  # noqa: BLE001 - not a message's: these partitions wait, the others go on
                await self._failed(batch, error)
            else:
                self._size = min(MOST_RECORDS, self._size * 2)
                self._setbacks.forget(todo[:taken])
                todo = todo[taken:]

    def _cut(self, todo: Sequence[Record]) -> Sequence[Record]:
        size = 0
        for count, record in enumerate(todo[: self._size]):
            size += len(record.value or b"")
            if size > MOST_BYTES and count:
                return todo[:count]
        return todo[: self._size]

    async def _step(
        self, batch: Sequence[Record], lanes: Mapping[int, Lane], set_aside: Mapping[Spot, SetAside]
    ) -> int:
        started = self._ports.clock.monotonic()
        plan = await self._saved(batch, lanes, set_aside)
        self._journal.write(plan.incidents)
        self._at("saved")
        last: dict[int, dict[str, Record]] = {}
        for record in batch[: plan.taken]:
            last.setdefault(record.partition, {})[record.topic] = record
        for checkpoint in plan.checkpoints:
            lanes[checkpoint.lane].saved(checkpoint, last[checkpoint.lane])
        said = [outgoing for checkpoint in plan.checkpoints for outgoing in checkpoint.outgoing]
        try:
            await self._ports.producer.publish(said)
        except asyncio.CancelledError:
            self._cut_off = True
            raise
        self._at("published")
        await self._commit(
            {(topic, n): record.offset + 1 for n, records in last.items() for topic, record in records.items()}
        )
        self._at("committed")
        counts = plan.counts
        seconds = self._ports.clock.monotonic() - started
        self._ports.figures.decided(plan, seconds)
        self._ports.spans.decided(plan, len(last), len(said), seconds)
        self._log.info(
            "batch.done",
            lanes=len(last),
            records=counts.records,
            messages=counts.messages,
            forwarded=counts.forwarded,
            rejects=counts.rejects,
            ignored=counts.ignored,
            unknown=counts.unknown,
            changed=len(plan.writes),
            said=len(said),
            ms=round(seconds * 1000, 1),
        )
        return plan.taken

    async def _saved(
        self, batch: Sequence[Record], lanes: Mapping[int, Lane], set_aside: Mapping[Spot, SetAside]
    ) -> Plan:
        """The batch, saved. What cannot be stored or decided is found by halving: alone, it goes to the dead letters,
        and whatever it changed is undone.
        """
        why: SetAside
        try:
            return await self._transact(batch, lanes, set_aside)
        except Unstorable as fault:
            if len(batch) > 1:
                raise Conflict(str(fault)) from fault
            why = Reject(UNSTORABLE, "the store cannot hold what this message makes")
        except Undecidable as fault:
            if len(batch) > 1:
                raise
            why = fault.failure
        try:
            return await self._transact(batch, lanes, {**set_aside, spot(batch[0]): why})
        except Unstorable as fault:
            raise Stop(
                f"the store cannot hold what a message of {batch[0].topic} makes, nor its dead letter: {fault}. Look "
                f"at the log before this line."
            ) from fault

    async def _transact(
        self, batch: Sequence[Record], lanes: Mapping[int, Lane], set_aside: Mapping[Spot, SetAside]
    ) -> Plan:
        checkpoints = {n: lane.checkpoint for n, lane in lanes.items()}
        planning = Planning(self.service, self._reader, batch, checkpoints, set_aside, self._troubled, self._trouble)
        self._at("read")
        try:
            async with self._ports.store.transaction() as transaction:
                plan = await planned(planning, transaction)
                await transaction.save(plan.writes, plan.checkpoints)
                await transaction.commit()
        except _TooMany:  # what came in a row is told, though none of it is saved
            self._journal.write(incident for incident in planning.incidents if incident.counted)
            raise
        self._trouble = planning.trouble
        return plan

    async def _commit(self, offsets: Mapping[Place, int]) -> None:
        try:
            await self._ports.consumer.commit(offsets)
        except (NotOurs, Doubt) as fault:  # no doubt about the batch: the checkpoint has the position
            self._log.warning("commit.failed", reason=str(fault)[:200])

    def _troubled(self, incident: Incident, in_a_row: int) -> None:
        """Raises ``Stop`` when so many came in a row that the service must be wrong, not the messages."""
        if in_a_row >= MOST_TROUBLE:
            about = incident.about
            what = f"{about.get('type', 'a record')}, {about['reason']} ({about['detail']}) at {about['address']}"
            raise _TooMany(
                f"{MOST_TROUBLE} messages in a row went wrong, the last: {what}. Look at the log before this line. "
                f"Start a version that can decide them, or let those that wait go to the dead letters with: "
                f"leaseline dead-letters pass {self.service.name}"
            )


class _TooMany(Stop):
    """Too many messages in a row."""


def _unclear(fault: Exception) -> bool:
    """Whether the session may still hold something open; being fenced off says clearly that nothing was saved."""
    return isinstance(fault, Doubt) and not isinstance(fault, Fenced)
