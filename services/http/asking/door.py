"""The door of one service: a request is stored, sent, and waited for, in this order; then its state is told."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from contracts.values.immutable import Immutable
from services.engine.core.answer import Answered
from services.http.asking import sending
from services.http.asking.intake import Intake
from services.http.asking.request_store import RequestStore, StoredRequest, stored
from services.http.asking.sending import Sender
from services.http.asking.waiting import Waiting, ready
from services.http.callers.caller import Caller
from services.http.telling.problem import Fault, fault


class Taken(Immutable):
    """A request and what is known of it. ``repeated``: it had come before, under the same key."""

    request: StoredRequest
    answer: Answered | None
    repeated: bool = False


class Door:
    """One service's way in. ``reads`` is its database, for queries; nothing else of it is written here."""

    def __init__(
        self,
        service: str,
        lanes: int,
        reads: AsyncDatabase[dict[str, Any]],
        store: RequestStore,
        sender: Sender,
        waiting: Waiting,
        now: Callable[[], datetime],
        at: Callable[[str], None] = lambda _step: None,
        most_waiting: int = 1_000,
    ) -> None:
        """``at`` is told of each step that a request has reached: stored, sent, answered. ``most_waiting`` requests may
        wait in this process; one more is turned away before it is stored.
        """
        self.service = service
        self.lanes = lanes
        self.reads = reads
        self.now = now
        self._store = store
        self._sender = sender
        self._waiting = waiting
        self._at = at
        self._most_waiting = most_waiting
        self._batches = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """How many requests wait for an answer."""
        return len(self._waiting)

    async def count_unanswered(self, most: int) -> int:
        """How many requests were sent again because nobody answered, and still are not answered; up to this many."""
        return await self._store.count_unanswered(most)

    async def take(self, intake: Intake, caller: Caller, *, wait: float, stale: bool) -> Taken:
        """Everything that happens to a request, in this order: stored by majority, sent, waited for.

        Once it is stored nothing fails any more: whatever goes wrong afterwards, it is sent again, and its outcome is
        told at its own address. Raises ``Problem`` before that: too much waits, or its key stands for something else.
        """
        if self.waiting >= self._most_waiting:
            raise fault(Fault.TOO_MANY_WAITING, headers={"Retry-After": "2"})
        self._check_room()
        now = self.now()
        mine = stored(intake, caller.owner, now, stale=stale)
        request = await self._store.add(mine, now + sending.AGAIN_AFTER)
        self._at("stored")
        repeated = request is not mine
        if request.fingerprint != intake.fingerprint:
            raise fault(Fault.IDEMPOTENCY_KEY_REUSED, instance=f"/requests/{request.id}")
        # The wait begins before it is known to be sent: a lane may answer before Kafka acknowledges.
        task = None if repeated else asyncio.create_task(self._send(request))
        answer = await self._waiting.wait(request.answer, wait)
        self._at("answered")
        if task is not None and not task.done():
            _background.add(task)
            task.add_done_callback(_background.discard)
        return Taken(request, answer, repeated)

    async def take_many(self, intakes: Sequence[Intake], caller: Caller, *, wait: float) -> Sequence[Taken]:
        """The same for a batch of requests, one after the other with other batches of this process: stored at once,
        published at once, waited for together. What they say of one subject is decided in their order.

        What came before with other content is told with the request that it was (its fingerprint is another one), and
        neither sent nor waited for. What came before and is not answered is sent again in its place, with its own
        bytes: a process may have died between storing and sending it, and what follows must not overtake it.
        """
        self._check_room()
        async with self._batches:
            now = self.now()
            mine = [stored(each, caller.owner, now, stale=False) for each in intakes]
            requests = await self._store.add_many(mine, now + sending.AGAIN_AFTER)
            self._at("stored")
            same = [
                each for each, intake in zip(requests, intakes, strict=True) if each.fingerprint == intake.fingerprint
            ]
            new = frozenset(map(id, mine))
            before = await self._store.answers([each.answer for each in same if id(each) not in new])
            missing = [each for each in same if each.answer not in before]
            unready = [each.answer for each in same if each.answer not in before or not ready(before[each.answer])]
            task = asyncio.create_task(self._send(*missing))
            _background.add(task)
            task.add_done_callback(_background.discard)
            answers = {**before, **await self._waiting.wait_for_all(unready, wait)}
            self._at("answered")
            await task
            await self._store.note([each.id for each in same if each.open and each.answer in answers], {})
        return [Taken(each, answers.get(each.answer), repeated=id(each) not in new) for each in requests]

    def _check_room(self) -> None:
        """Raises ``Problem`` before anything is stored: what nobody decides must not pile up without an end."""
        if self._sender.full:
            detail = "the services do not decide what was sent before"
            raise fault(Fault.TOO_MANY_WAITING, detail, headers={"Retry-After": "30"})

    async def _send(self, *requests: StoredRequest) -> None:
        if requests and await self._sender.send(*[each.record for each in requests]):
            self._at("sent")

    async def look_up(self, id: str, caller: Caller, wait: float) -> Taken | None:  # noqa: A002  its own word
        """The state of a request that this caller made; None if there is none."""
        request = await self._store.find(id)
        if request is None or request.source != caller.sender:
            return None
        found = (await self._store.answers([request.answer])).get(request.answer)
        if wait and (found is None or not ready(found)):
            found = await self._waiting.wait(request.answer, wait) or found
        return Taken(request, found)


_background: set["asyncio.Task[None]"] = set()
"""Sendings that outlast their request: kept, or they might be forgotten half-way."""
