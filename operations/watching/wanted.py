"""What somebody wants to see of all that is said. Pure: every filter is applied before any limit."""

from collections.abc import Iterable
from typing import Final

from contracts.registry import MESSAGES
from contracts.topics import TOPICS
from contracts.values.immutable import Immutable
from contracts.values.refusals import Code
from contracts.values.serials import normalised
from contracts.wire.near import nearest
from installation.errors import MendableError
from services.engine.core.record import Record
from services.watch.telling.told import Fate, Told

TYPES: Final = {model.__name__.lower(): model.__name__ for model in MESSAGES.values()}
CLOCKS: Final = frozenset(["ClockTicked", "ClockPassed"])
"""What each lane says every minute, whatever happens: left out unless somebody asks for it."""


class NothingSuch(MendableError):
    """A filter names what is nowhere; the message says what was probably meant."""


class Wanted(Immutable):
    """The filters. An empty one lets everything through; of several values one is enough, and every filter must hold.

    ``text`` is looked for in what is shown: words, type, subject, identity, actor, code; letter case does not count.
    """

    types: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    orders: frozenset[str] = frozenset()
    serials: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    fates: frozenset[Fate] = frozenset()
    text: str = ""
    clocks: bool = False

    @property
    def everything(self) -> bool:
        """Whether nothing is filtered but the clocks."""
        return self == Wanted(clocks=self.clocks)

    @property
    def leaves_clocks_out(self) -> bool:
        """Whether the lanes' clocks are left out, because nobody asked for them."""
        return not (self.clocks or self.types or Fate.INTERNAL in self.fates)

    def wants(self, told: Told) -> bool:
        """Whether it is to be shown."""
        if self.types and told.type not in self.types:
            return False
        if self.fates and told.fate not in self.fates:
            return False
        if told.type in CLOCKS and self.leaves_clocks_out:
            return False
        if self.topics and told.topic not in self.topics:
            return False
        if self.codes and self.codes.isdisjoint(told.codes):
            return False
        if self.sources and told.source not in self.sources and told.by not in self.sources:
            return False
        for names, prefixes in (
            (self.orders, ("order:",)),
            (self.serials, ("serial:",)),
            (self.customers, ("customer:", "payer:customer:")),
            (self.groups, ("payer:group:",)),
        ):
            if names and not any(f"{prefix}{name}" in told.keys for prefix in prefixes for name in names):
                return False
        return not self.text or self.text in _shown(told)

    def may_want(self, record: Record) -> bool:
        """A first look at the bytes, which spares telling what cannot be wanted: an id stands in them as it is."""
        return all(_holds(record, names) for names in (self.orders, self.customers, self.groups) if names)

    def words(self) -> str:
        """The filters as somebody would type them."""
        given = (
            ("type", self.types),
            ("code", self.codes),
            ("order", self.orders),
            ("serial", self.serials),
            ("customer", self.customers),
            ("group", self.groups),
            ("source", self.sources),
            ("topic", self.topics),
            ("fate", self.fates),
            ("text", [self.text] if self.text else []),
        )
        return " ".join(f"--{name} {value}" for name, values in given for value in sorted(values))

    def of_what(self) -> str:
        """Whom it is about in one key, for the record that somebody looked; ``everything`` if no filter names one."""
        for prefix, names in (
            ("order:", self.orders),
            ("serial:", self.serials),
            ("customer:", self.customers),
            ("payer:group:", self.groups),
        ):
            if len(names) == 1:
                return f"{prefix}{next(iter(names))}"
        return "everything"


def _holds(record: Record, names: Iterable[str]) -> bool:
    value = record.value or b""
    return any(name.encode() in value for name in names) or b"\\u" in value


def _shown(told: Told) -> str:
    parts = (told.words, told.type, told.subject, told.source, told.id, told.by, told.code, told.topic)
    return "\n".join(parts).lower()


def types_named(names: Iterable[str]) -> frozenset[str]:
    """The short names of types, however they are spelled. Raises ``NothingSuch``."""
    return frozenset(_one_type(name) for name in names)


def _one_type(name: str) -> str:
    short = name.split(".")[2] if name.count(".") == 3 else name
    found = TYPES.get(short.lower())
    if found is None:
        raise NothingSuch(_perhaps("type", name, TYPES.values()))
    return found


def topics_named(names: Iterable[str]) -> frozenset[str]:
    """Topics by their names, or all of a service (``orders``), or of a kind (``dead-letters``). Raises
    ``NothingSuch``.
    """
    found: set[str] = set()
    for name in names:
        some = {t.name for t in TOPICS if name in (t.name, *t.name.split("."))}
        if not some:
            raise NothingSuch(_perhaps("topic", name, (t.name for t in TOPICS)))
        found |= some
    return frozenset(found)


def fates_named(names: Iterable[str]) -> frozenset[Fate]:
    """Fates by their names. Raises ``NothingSuch``."""
    known = {fate.value: fate for fate in Fate}
    for name in names:
        if name.lower() not in known:
            raise NothingSuch(f"There is no fate {name[:40]}: there are {', '.join(known)}.")
    return frozenset(known[name.lower()] for name in names)


def serials_named(names: Iterable[str]) -> frozenset[str]:
    """Serials in the form by which devices are known. Raises ``NothingSuch``."""
    found = {name: normalised(name) for name in names}
    for name, serial in found.items():
        if serial is None:
            raise NothingSuch(f"{name[:80]!r} is no serial: it has 1 to 64 printable characters.")
    return frozenset(serial for serial in found.values() if serial is not None)


def near_code(code: str) -> str | None:
    """A hint for a code of no refusal that looks like one. Dead letters have reasons of their own: it is no error."""
    known = [each.value for each in Code]
    near = None if code in known else nearest(code, known)
    return None if near is None else f"No refusal has the code {code[:40]}: perhaps {near} is meant."


def _perhaps(what: str, name: str, names: Iterable[str]) -> str:
    near = nearest(name, names)
    return f"There is no {what} {name[:60]}" + (f": perhaps {near} is meant." if near else ".")
