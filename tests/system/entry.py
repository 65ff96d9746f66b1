"""The tests' own entry point of a service: its process, with places where it dies or stands still.

``python -m tests.system.entry orders``. Environment variables: ``LEASELINE_TEST_KILL=saved:3`` kills the process the
third time that it reaches that step, ``LEASELINE_TEST_PAUSE=read:2`` stops it there until somebody continues it. The
steps are those of the engine (consumed, read, saved, published, committed) and ``written``: everything is written, and
the transaction still open. ``LEASELINE_TEST_SPLIT_FOR`` is how many seconds a lane may stay split.
``LEASELINE_TEST_RAISE=decide:o-7,o-8``: this hook of the service raises at every message about these subjects.
"""

import os
import signal
import sys
from collections import Counter
from importlib import import_module

from services.engine.adapters import mongo_store as mongo
from services.engine.adapters import process as serving
from services.engine.core.document import replace_by
from services.engine.core.message import Message
from services.engine.core.service import Service
from services.engine.runtime import lane_manager

KILL = "LEASELINE_TEST_KILL"
PAUSE = "LEASELINE_TEST_PAUSE"
SPLIT_FOR = "LEASELINE_TEST_SPLIT_FOR"
RAISE = "LEASELINE_TEST_RAISE"
STEPS = ("consumed", "read", "saved", "published", "committed")
WRITTEN = "written"


class FailPoints:
    """Counts how often each step is reached; the process does not survive the one that is meant."""

    def __init__(self) -> None:
        self._reached: Counter[str] = Counter()
        self._signals = {
            os.environ[name]: number
            for name, number in ((KILL, signal.SIGKILL), (PAUSE, signal.SIGSTOP))
            if name in os.environ
        }

    def at(self, step: str) -> None:
        """The process has reached this step."""
        self._reached[step] += 1
        number = self._signals.get(f"{step}:{self._reached[step]}")
        if number is not None:
            os.kill(os.getpid(), number)


def _commits_after(points: FailPoints) -> None:
    committed = mongo.MongoTransaction.commit

    async def commit(self: mongo.MongoTransaction) -> None:
        points.at(WRITTEN)
        await committed(self)

    setattr(mongo.MongoTransaction, "commit", commit)  # noqa: B010 - mypy takes no other method in its place


def _raising(service: Service) -> Service:
    hook, _, subjects = os.environ.get(RAISE, "").partition(":")
    if not hook:
        return service
    real = getattr(service, hook)

    def raises(message: Message, *others: object) -> object:
        if message.subject in subjects.split(","):
            raise ArithmeticError(message.subject)
        return real(message, *others)

    return replace_by(service, {hook: raises})


def main(name: str) -> None:
    """Serves, as the service's own entry point does."""
    points = FailPoints()
    _commits_after(points)
    lane_manager.SPLIT_FOR = float(os.environ.get(SPLIT_FOR, lane_manager.SPLIT_FOR))
    serving.main(_raising(import_module(f"services.{name}.app").service()), points.at)


if __name__ == "__main__":
    main(sys.argv[1])
