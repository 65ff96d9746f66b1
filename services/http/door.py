"""The door of one service: a request is stored, sent, and waited for, in this order; then its state is told."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from contracts.values.immutable import Immutable
from services.engine.core.answer import Answered
from services.http import sending
from services.http.caller import Caller
from services.http.intake import Intake
from services.http.problem import Fault, fault
from services.http.request_store import RequestStore, StoredRequest, stored
from services.http.sending import Sender
from services.http.waiting import Waiting, ready


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

    @property
    def waiting(self) -> int:
        """How many requests wait for an answer."""
        return len(self._waiting)

    async def take(self, intake: Intake, caller: Caller, *, wait: float, stale: bool) -> Taken:
        """Everything that happens to a request, in this order: stored by majority, sent, waited for.

        Once it is stored nothing fails any more: whatever goes wrong afterwards, it is sent again, and its outcome is
        told at its own address. Raises ``Problem`` before that: too much waits, or its key stands for something else.
        """
        if self.waiting >= self._most_waiting:
            raise fault(Fault.TOO_MANY_WAITING, headers={"Retry-After": "2"})
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

    async def _send(self, request: StoredRequest) -> None:
        if await self._sender.send(request.record):
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
