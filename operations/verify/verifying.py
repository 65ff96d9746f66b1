"""From the addresses of an installation to the report about it."""

from collections.abc import Mapping
from dataclasses import replace

from aiokafka.errors import KafkaError

from installation.errors import InstallationError
from operations.verify.books import Books, temporary_books
from operations.verify.databases import Databases, opened_databases
from operations.verify.entering import enter
from operations.verify.found import Found
from operations.verify.judging import judge, reported
from operations.verify.reading import Log, opened_log
from operations.verify.report import Report, Waiting
from operations.verify.settling import settled, standing
from services.engine.core.record import Place


async def verified(kafka: str, mongo: str, databases: str = "leaseline", *, patience: float = 30.0) -> Report:
    """Checks the seven invariants on an installation, which may be running.

    It waits at most ``patience`` seconds until everything is decided that the topics hold; what is not read by then
    counts as waiting, and the services need not agree. What looks wrong is looked at once more when the checkpoints
    have passed the ends that the topics had then. ``databases`` is the prefix of the databases' names. Raises
    ``InstallationError`` with what to do.
    """
    try:
        async with opened_log(kafka) as log, opened_databases(mongo, databases) as kept:
            with temporary_books() as books:
                return await looked_at(books, log, kept, patience)
    except KafkaError as error:
        raise InstallationError(f"Kafka at {kafka} stopped answering ({type(error).__name__}).") from error


async def looked_at(books: Books, log: Log, kept: Databases, patience: float) -> Report:
    """One look, or two."""
    reach = Reach(books, log)
    asked = await log.ends(place for place in log.places if _is_asked(place))
    behind = await settled(log, kept, patience)
    before = await standing(log, kept)
    await _entered(books, reach, kept, asked)
    look = 1
    if judge(books, look, behind=bool(behind.counts)) and await standing(log, kept) != before:
        behind = await settled(log, kept, patience)
        await _entered(books, reach, kept, asked)
        look = 2
        judge(books, look, behind=bool(behind.counts))
    return replace(reported(books, look, _behind(behind.counts)), stands=behind.stands)


async def _entered(books: Books, reach: "Reach", kept: Databases, asked: dict[Place, int]) -> None:
    """Enters all that one look goes by.

    The log is read on after the databases: what was saved before a document was read is in it by then, or still in its
    lane's checkpoint, which is read after all documents. So a look never knows less of what was said than of what came
    of it, and what two looks find in the same words cannot be two moments of something that moves.
    """
    await reach.on(asked)
    books.forget_kept()
    await kept.enter(books)
    await reach.on(asked)


def _is_asked(place: Place) -> bool:
    return place[0].endswith(".requests")


def _behind(behind: Mapping[str, int]) -> Waiting | None:
    if not behind:
        return None
    services = ", ".join(f"{service} {count:,}" for service, count in behind.items())
    return Waiting(f"records that a service has not read; is it running? ({services})", sum(behind.values()))


class Reach:
    """How far the log was entered into the books."""

    def __init__(self, books: Books, log: Log) -> None:
        self._books = books
        self._log = log
        self._upto: dict[Place, int] = {}

    async def on(self, asked: dict[Place, int]) -> None:
        """Enters what is new: requests as far as ``asked``, all else to its present end. Answers are read after what
        they answer, so that none can be missing that was there.
        """
        await self._read(asked)
        await self._read(await self._log.ends(place for place in self._log.places if not _is_asked(place)))

    async def _read(self, ends: dict[Place, int]) -> None:
        begins = await self._log.begins(ends)
        start = {place: max(self._upto.get(place, 0), begins[place]) for place in ends}
        first: dict[Place, int] = {}
        async for records in self._log.read(start, ends):
            for record in records:
                first.setdefault((record.topic, record.partition), record.timestamp)
                enter(self._books, Found.in_log(record))
        for place, end in ends.items():
            if place not in self._upto:
                self._books.add("log", *place, begins[place], end, first.get(place))
            else:
                self._books.run(
                    "UPDATE log SET upto = ?, first_at = coalesce(first_at, ?) WHERE topic = ? AND lane = ?",
                    (end, first.get(place), *place),
                )
            self._upto[place] = end
