"""What was stored goes to Kafka, again and again until a lane has answered: the same bytes, so it is done once."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from pymongo.errors import PyMongoError

from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.core.faults import NotSaid
from services.engine.core.record import Outgoing
from services.http.asking.request_store import RequestStore, StoredRequest

LOOKED_EVERY: Final = 10.0
AGAIN_AFTER: Final = timedelta(seconds=30)
LONGEST: Final = timedelta(minutes=10)
"""Between two sendings of one request: each takes twice as long as the one before, up to this."""
MOST: Final = 200
"""Requests that are looked at in one turn."""


class Sender:
    """The way to Kafka of one API process, for one service's requests."""

    def __init__(
        self,
        store: RequestStore,
        producer: KafkaProducer,
        now: Callable[[], datetime],
        failed: Callable[[str, Exception], None],
        most: int = 100_000,
    ) -> None:
        """``most``: so many requests of all processes may be undecided before the next one is turned away."""
        self._most = most
        self._undecided = 0
        self._store = store
        self._producer = producer
        self._now = now
        self._failed = failed
        self._mending = asyncio.Lock()
        self._broken = False

    async def send(self, *records: Outgoing) -> bool:
        """Publishes them, those of a lane in their order. False: nobody knows whether it was; what is not answered is
        sent again later, and never told to have failed.
        """
        try:
            await self._mend()
            await self._producer.publish(records)
        except NotSaid as error:
            self._broken = True  # an idempotent producer never recovers from a gap: the next one begins afresh
            self._failed("kafka", error)
            return False
        return True

    async def _mend(self) -> None:
        if self._broken:
            async with self._mending:
                if self._broken:
                    await self._producer.replace()
                    self._broken = False

    @property
    def full(self) -> bool:
        """Whether too much is undecided, as far as the last look tells: Kafka or the lanes are away for long."""
        return self._undecided >= self._most

    async def look(self) -> None:
        """Looks through everything that is due, and counts what is undecided: what was answered leaves it here."""
        while await self.send_again():
            pass
        self._undecided = await self._store.count_open(self._most)

    async def send_again(self) -> bool:
        """Sends what nobody answered, some at a time; whether more may be due. Called by every API process: a repeat is
        known as one. While Kafka does not take them it ends: there is time for the rest later.
        """
        now = self._now()
        due = await self._store.unanswered(now, MOST)
        answers = await self._store.answers([each.answer for each in due]) if due else {}
        answered = [each.id for each in due if each.answer in answers]
        again: dict[str, tuple[datetime, datetime]] = {}
        sent = True
        for request in due:
            if request.answer not in answers:
                sent = await self.send(request.record)
                if not sent:
                    break
                again[request.id] = (now, self._next(request, now))
        await self._store.note(answered, again)
        return sent and len(due) == MOST

    def _next(self, request: StoredRequest, now: datetime) -> datetime:
        # With some jitter, so that several processes do not send the same at once for ever.
        waited = max(AGAIN_AFTER, min(LONGEST, now - request.created))
        return now + waited * random.uniform(1.0, 1.3)  # noqa: S311 - no secret

    async def run(self) -> None:
        """Looks every ten seconds, until it is cancelled."""
        while True:
            await asyncio.sleep(LOOKED_EVERY * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
            try:
                await self.look()
            except PyMongoError as error:
                self._failed("mongodb", error)
