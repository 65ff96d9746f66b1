"""What is read of the index: the records of a story, from its own to their causes and effects."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from contracts.values.immutable import Immutable
from services.engine.core.message import EPOCH
from services.watch.documents.row import AT, ENTRIES, from_row
from services.watch.index import ROWS, State, read_state
from services.watch.rules.belonging import Wanted, belongs, candidates, entries_for, invoices_in
from services.watch.rules.entries import cause_word, entry, identity_word
from services.watch.telling.told import Told

MOST: Final = 2_000
"""Records of one story, if nobody says otherwise."""
MOST_EVER: Final = 20_000
AT_ONCE: Final = 500
"""Identities that one question asks about."""
LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Behind every record, and a moment in any time zone."""
LONGEST_CHAIN: Final = 60
"""Causes that are looked up one behind the other; pages that call for one another may be thousands."""


class Story(Immutable):
    """``wanted`` is what the text was taken for; none: nothing is called so. ``others`` are what else is. ``more``: not
    all records are here, the earliest are. ``state`` is that of the index, before anything was read.
    """

    text: str
    wanted: Wanted | None
    rows: tuple[Told, ...]
    more: bool
    state: State
    others: tuple[Wanted, ...] = ()


async def find_story(
    reads: AsyncDatabase[dict[str, Any]], text: str, *, most: int = MOST, since: datetime | None = None
) -> Story:
    """Everything about the order, serial, subscription, invoice or request of this name, at most ``most`` records.
    ``since``: only what was said of it from then on, with its causes.
    """
    state = await read_state(reads)
    meant = candidates(text)
    if not meant:
        return Story(text, None, (), more=False, state=state)
    found, more = await _Reader(reads, state, since).by(entries_for(meant), most)
    there = [each for each in meant if any(each.is_in(told) for told in found)]
    if not there:
        return Story(text, None, (), more=False, state=state)
    wanted = there[0]
    own = [told for told in found if wanted.is_in(told)]
    reader = _Reader(reads, state, None)
    gathered = _Gathered(own, most, more=more)
    await _add_invoices(reader, gathered, wanted)
    await _add_effects(reader, gathered, wanted)
    await _add_causes(reader, gathered)
    return Story(text, wanted, gathered.rows, gathered.more, state, tuple(there[1:]))


async def find_near(reads: AsyncDatabase[dict[str, Any]], text: str) -> tuple[str, ...]:
    """What is called nearly so: in other letter case, or without what people write before and behind ids."""
    bare = text.strip().strip("#.,;:/'\"()[]<>").replace(" ", "")
    spellings = dict.fromkeys([bare, bare.upper(), bare.lower(), bare.replace("_", "-"), f"{bare}/1"])
    spellings.pop(text.strip(), None)
    meant = [each for spelling in spellings for each in candidates(spelling)]
    if not meant:
        return ()
    found, _ = await _Reader(reads, await read_state(reads), None).by(entries_for(meant), AT_ONCE)
    there = [each.name for each in meant if any(each.is_in(told) for told in found)]
    return tuple(dict.fromkeys(there))[:3]


class _Reader:
    """Reads rows by their entries."""

    def __init__(self, reads: AsyncDatabase[dict[str, Any]], state: State, since: datetime | None) -> None:
        self._rows = reads[ROWS]
        self._names = state.names
        self._since = since

    async def by(self, entries: Sequence[int], most: int) -> tuple[list[Told], bool]:
        """The earliest ``most`` rows that have any of these, and whether there are more."""
        if not entries or most <= 0:
            return [], bool(entries)
        wanted: dict[str, Any] = {ENTRIES: {"$in": list(entries)} if len(entries) > 1 else entries[0]}
        if self._since is not None:
            wanted[AT] = {"$gte": min(max(self._since, EPOCH), LAST)}
        cursor = self._rows.find(wanted).sort([(AT, 1), ("_id", 1)]).limit(most + 1)
        found = [from_row(row, self._names) for row in await cursor.to_list()]
        return found[:most], len(found) > most


class _Gathered:
    """The rows of a story so far, each once."""

    def __init__(self, rows: Iterable[Told], most: int, *, more: bool) -> None:
        self._most = most
        self._by_place: dict[tuple[str, int, int], Told] = {}
        self.more = more
        self.add(rows)

    @property
    def rows(self) -> tuple[Told, ...]:
        """All of them."""
        return tuple(self._by_place.values())

    @property
    def room(self) -> int:
        """How many more may come."""
        return self._most - len(self._by_place)

    def add(self, rows: Iterable[Told]) -> list[Told]:
        """Adds those that are not there; returns them."""
        new = []
        for told in rows:
            place = (told.topic, told.partition, told.offset)
            if place in self._by_place:
                continue
            if self.room <= 0:
                self.more = True
                break
            self._by_place[place] = told
            new.append(told)
        return new


async def _add_invoices(reader: _Reader, gathered: _Gathered, wanted: Wanted) -> None:
    """The heads of the invoices in whose lines it stands."""
    if wanted.kind in ("invoice", "payer", "request"):
        return
    words = list(invoices_in(gathered.rows))
    for begin in range(0, len(words), AT_ONCE):
        some = words[begin : begin + AT_ONCE]
        found, more = await reader.by([entry(word) for word in some], gathered.room + len(gathered.rows))
        gathered.more |= more
        gathered.add(told for told in found if belongs(told, wanted) and set(some) & set(told.keys))


async def _add_effects(reader: _Reader, gathered: _Gathered, wanted: Wanted) -> None:
    """What its records caused, and what that caused, as far as it is about nobody else."""
    fresh: Sequence[Told] = gathered.rows
    while fresh:
        identities = list(dict.fromkeys((told.source, told.id) for told in fresh if told.id))
        found: list[Told] = []
        for begin in range(0, len(identities), AT_ONCE):
            some = identities[begin : begin + AT_ONCE]
            asked = [entry(cause_word(*each)) for each in some]
            rows, more = await reader.by(asked, gathered.room + len(gathered.rows))
            gathered.more |= more
            those = set(some)
            found += (told for told in rows if told.cause in those and belongs(told, wanted))
        fresh = gathered.add(found)


async def _add_causes(reader: _Reader, gathered: _Gathered) -> None:
    """What its records followed from, up to whoever asked: only the causes, not what else they caused."""
    for _ in range(LONGEST_CHAIN):
        there = {(told.source, told.id) for told in gathered.rows}
        missing = list(dict.fromkeys(told.cause for told in gathered.rows if told.cause and told.cause not in there))
        found: list[Told] = []
        for begin in range(0, len(missing), AT_ONCE):
            some = missing[begin : begin + AT_ONCE]
            rows, _ = await reader.by([entry(identity_word(*each)) for each in some], MOST_EVER)
            those = set(some)
            found += (told for told in rows if (told.source, told.id) in those)
        if not gathered.add(found):
            return
