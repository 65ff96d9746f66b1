"""What feeds the screen: the log in one thread, the lanes in another, stories from the index."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from threading import Event
from typing import Final

from confluent_kafka import KafkaException
from pymongo.errors import PyMongoError
from rich.text import Text

from contracts.topics import TOPICS
from installation.addresses import Addresses
from installation.errors import MendableError
from operations.terminal.screen import Screen
from operations.watching.following import Following
from operations.watching.history import Search, reach
from operations.watching.log import Log
from operations.watching.screen.app import WatchScreen
from operations.watching.screen.board import ROWS
from operations.watching.screen.lanes import Lanes
from operations.watching.story import show_story
from operations.watching.watching import Asked
from services.engine.adapters.mongo_client import connect
from services.watch.queries import find_story
from services.watch.resources import how_far

ASKED: Final = 2.0
"""Seconds between two looks at the lanes."""
STORY: Final = 160
"""Columns of a story."""


class Feeding:
    """Threads that end with ``stop``."""

    def __init__(self, at: Addresses, databases: str, asked: Asked) -> None:
        self._at, self._databases, self._asked = at, databases, asked
        self._ended = Event()
        self._logs: list[Log] = []

    def start(self, screen: WatchScreen) -> None:
        """Begins to feed it."""
        screen.run_worker(lambda: self._log(screen), thread=True)
        screen.run_worker(lambda: self._lanes(screen), thread=True)

    def stop(self) -> None:
        """The threads end within a second."""
        self._ended.set()
        for log in self._logs:
            log.interrupted = True

    def story(self, key: str) -> Text:
        """The story of a key, or why there is none."""
        try:
            return asyncio.run(self._story(key))
        except (PyMongoError, MendableError) as error:
            return Text(f"It cannot be read: {error}. Does the watch service run? `leaseline watch status`")

    async def _story(self, key: str) -> Text:
        async with connect(self._at.mongo, answer_within=3.0) as client:
            found = await find_story(client[f"{self._databases}_watch"], key)
        now = datetime.now(UTC)
        if found.wanted is None:
            return Text(f"Nothing is known of {key}. {how_far(found.state, now)}.")
        file = StringIO()
        show_story(found, Screen(file=file, width=STORY), now, f"{how_far(found.state, now)}.")
        return Text.from_ansi(file.getvalue(), no_wrap=True)

    def _log(self, screen: WatchScreen) -> None:
        """In its thread: history, then what follows."""
        log = Log(self._at.kafka)
        self._logs.append(log)
        asked = self._asked
        last = ROWS if asked.last is None else min(asked.last, ROWS)
        try:
            over, missing = reach(log, asked.wanted, asked.begin, last)
            search = Search(log, asked.wanted, over, last)
            found = list(
                search.run(
                    lambda share: self._tell(screen, f"searching, {share} %"), lambda text: self._tell(screen, text)
                )
            )
            self._call(screen, partial(screen.take, found, history=True))
            lacks = f", missing: {', '.join(missing)}" if missing else ""
            self._tell(screen, f"following {asked.wanted.words() or 'everything'}{lacks}")
            topics = asked.wanted.topics or frozenset(topic.name for topic in TOPICS)
            for turn in Following(log, asked.wanted, over.ends, topics).turns():
                if self._ended.is_set():
                    break
                for sentence in turn.sentences:
                    self._tell(screen, sentence)
                if turn.found:
                    self._call(screen, partial(screen.take, turn.found))
        except KeyboardInterrupt:
            pass  # it was stopped
        except (MendableError, KafkaException) as error:
            self._tell(screen, str(error))
        finally:
            log.close()

    def _lanes(self, screen: WatchScreen) -> None:
        log = Log(self._at.kafka)
        lanes = Lanes(log, self._at, self._databases)
        try:
            while not self._ended.is_set():
                with suppress(PyMongoError, MendableError, KafkaException):  # the lines say that a server is away
                    self._call(screen, partial(screen.lanes, lanes.now(datetime.now(UTC))))
                self._ended.wait(ASKED)
        finally:
            log.close()

    def _tell(self, screen: WatchScreen, sentence: str) -> None:
        self._call(screen, partial(screen.say, sentence))

    def _call(self, screen: WatchScreen, what: Callable[[], None]) -> None:
        """In the screen's own thread, unless it is ending."""
        if not self._ended.is_set():
            with suppress(RuntimeError):  # it ended in this moment
                screen.call_from_thread(what)
