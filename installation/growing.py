"""More lanes for an installation that has some: `leaseline lanes grow`.

In this order, and each step can be done again, whatever became of the command before (``docs/decisions/0086``):

1. held: a note in each database; running services read no requests and do not tick, and hear to the end what was said;
2. fenced: every lane becomes one of the new number, so that nobody can save under the old one; if something was left
   to be heard it is taken back, and heard;
3. moved: documents get their new homes, topics their partitions, unread requests are forwarded to their new homes, new
   lanes begin with the clocks of those that they come from and behind what was asked before;
4. counted: the stored number changes in all databases, then the notes go, and services start under the new number.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Final

from contracts.values.immutable import Immutable
from installation import SERVICES
from installation.errors import InstallationError, kafka_answers, mongo_answers
from installation.forwarding import Forwarding
from installation.kept import COLLECTIONS
from installation.notes import Notes
from installation.quiet import Quiet
from installation.topics import create_topics, until_there
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_growing import move_documents
from services.engine.core.growing import HELD, MOVING, Growing, why_not
from services.engine.runtime.settings import MOST_LANES

LOOKED: Final = 0.5
"""Seconds between two looks at what is left to be heard."""
STEPS: Final = (
    "held",
    "quiet",
    "fenced",
    "moving",
    "documents",
    "partitions",
    "forwarded",
    "lanes",
    "counted",
    "ended",
)
"""What ``at`` is told, each as soon as it is done."""


class Grown(Immutable):
    """What was done: documents that got another home, and requests that were forwarded to theirs, by service."""

    before: int
    after: int
    documents: Mapping[str, int]
    forwarded: Mapping[str, int]


class Grow:
    """The command. ``tell`` hears what is waited for, ``at`` each step that is done."""

    def __init__(
        self,
        kafka: str,
        mongo: str,
        databases: str,
        *,
        tell: Callable[[str], None] = lambda _what: None,
        at: Callable[[str], None] = lambda _step: None,
    ) -> None:
        self._kafka = kafka
        self._mongo = mongo
        self._databases = databases
        self._tell = tell
        self._at = at

    async def to(self, lanes: int, patience: float) -> Grown | None:
        """Grows the installation; None if it has so many lanes already.

        Waits for at most ``patience`` seconds until everything that services said is heard, then gives up, and nothing
        is changed. Raises ``InstallationError``, also for a number that cannot be, or while another one is grown to.
        """
        with mongo_answers(), kafka_answers(self._kafka):
            async with connect(self._mongo) as client:
                notes = Notes(client, self._databases)
                growing = await self._begun(notes, lanes)
                if growing is None:
                    return None
                if growing.step == HELD:
                    growing = await self._held(notes, growing, patience)
                return await self._moved(notes, growing)

    async def give_up(self) -> bool:
        """Takes back what was begun, as long as it can be; whether there was something.

        Raises ``InstallationError`` once lanes are moved: then it can only be ended.
        """
        with mongo_answers():
            async with connect(self._mongo) as client:
                notes = Notes(client, self._databases)
                growing = await notes.growing()
                if growing is None:
                    return False
                if growing.step == MOVING:
                    raise InstallationError(f"Lanes are being moved, that cannot be taken back: run: {growing.command}")
                await notes.take_fence_back(growing)
                await notes.remove()
                return True

    async def _begun(self, notes: Notes, lanes: int) -> Growing | None:
        growing = await notes.growing()
        if growing is not None:
            if growing.after != lanes:
                raise InstallationError(
                    f"This installation ({self._databases}) is being grown from {growing.before} to {growing.after} "
                    f"lanes: first run: {growing.command}"
                )
            return growing
        before = await notes.lanes()
        if before is None:
            raise InstallationError(
                f"No service ever ran on these databases ({self._databases}): set LEASELINE_LANES={lanes} for the "
                f"first start."
            )
        if before == lanes:
            return None
        if (why := why_not(before, lanes, MOST_LANES)) is not None:
            raise InstallationError(f"This installation ({self._databases}) cannot grow so: {why}.")
        return Growing(before, lanes, HELD)

    async def _held(self, notes: Notes, growing: Growing, patience: float) -> Growing:
        """Waits until everything is heard, and fences the former number off."""
        until = time.monotonic() + patience
        await notes.take_fence_back(growing)  # a command that was broken off may have left the fence
        await notes.write(growing, SERVICES)
        self._at("held")
        async with Quiet(notes, self._kafka, growing.before) as quiet:
            while True:
                while (left := await quiet.left()) or (left := await quiet.left()):
                    if time.monotonic() > until:
                        await notes.take_fence_back(growing)
                        await notes.remove()
                        raise InstallationError(
                            f"After {patience:g} s not everything was heard that services said: {'; '.join(left)}. "
                            f"Nothing was changed, requests are read again. The services must run until they are told "
                            f"to stop; look at their logs, then run: {growing.command}"
                        )
                    self._tell(f"waiting for {left[0]}")
                    await asyncio.sleep(LOOKED)
                self._at("quiet")
                await notes.fence(growing)
                self._at("fenced")
                if not await quiet.left():
                    break
                await notes.take_fence_back(growing)  # somebody saved a moment before: that must be heard first
        return Growing(growing.before, growing.after, MOVING)

    async def _moved(self, notes: Notes, growing: Growing) -> Grown:
        left = await notes.left()
        await notes.write(growing, left)
        self._at("moving")
        documents = {}
        for service in left:
            self._tell(f"moving documents of {service}")
            moved = [await move_documents(notes.of(service), each, growing.after) for each in COLLECTIONS[service]]
            documents[service] = sum(moved)
        self._at("documents")
        self._tell("adding partitions")
        await create_topics(self._kafka, growing.after)
        await until_there(self._kafka, growing.after)
        self._at("partitions")
        forwarded = {}
        async with AsyncExitStack() as stack:
            forwarding = await stack.enter_async_context(Forwarding(notes, self._kafka, growing))
            for service in left:
                self._tell(f"forwarding requests of {service}")
                forwarded[service], barriers = await forwarding.forward(service)
                self._at("forwarded")
                await notes.add_lanes(service, growing, barriers)
        self._at("lanes")
        await notes.count(growing)
        self._at("counted")
        await notes.remove()
        self._at("ended")
        return Grown(growing.before, growing.after, documents, forwarded)
