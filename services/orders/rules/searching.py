"""What is searched, as conditions on the rows by which orders are found. MongoDB's filters as data; nothing is read.

Whatever comes from outside stands as text under ``$in`` or ``$eq``, or escaped in an expression that is anchored: none
of it becomes an operator.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, Literal

from bson.regex import Regex
from msgspec import to_builtins

from contracts.messages.order import HoldReason, Status
from contracts.values.immutable import Immutable
from contracts.values.serials import normalised
from services.engine.core.document import replace
from services.orders.documents.findable import ADDRESS, FINISHED, ORDER, PLAIN, filter_key, moment_of
from services.orders.rules.cursor import MARK
from services.orders.rules.folding import LENGTHS, beginning_of, plain, split_words

Filter = Mapping[str, Any]
"""A condition in MongoDB's own form."""
FROM_LETTERS: Final = 5
"""Letters from which on the beginning of an id, an address or a serial is looked for; fewer must be all of it."""
KEYS: Final = "keys_1__id_1"
OPEN: Final = "open_1__id_1"
ROWS: Final = "_id_"
"""Names of the indexes by which rows are found."""


class Wanted(Immutable):
    """A search: ``text``, and values that all must be equal; none given means that it does not matter.

    ``hold`` is a reason, ``any`` or ``none``. ``sources``: one of these submitted it, whatever ``source`` says. Placed
    at ``created_from`` or later, and before ``created_before`` (UTC). ``limit``: 1 to 50 orders on a page; ``cursor``
    goes on behind the last page.
    """

    text: str = ""
    status: Status | None = None
    customer_type: Literal["individual", "business"] | None = None
    group: str | None = None
    term: str | None = None
    hold: HoldReason | Literal["any", "none"] | None = None
    channel: Literal["shop", "phone", "api"] | None = None
    test: bool | None = None
    source: str | None = None
    sources: tuple[str, ...] = ()
    created_from: datetime | None = None
    created_before: datetime | None = None
    limit: int = 50
    cursor: str | None = None

    def mark(self) -> bytes:
        """8 bytes that stand for what is searched, whatever page of it."""
        said = to_builtins(replace(self, limit=0, cursor=None))
        return blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=MARK).digest()


class Condition(Immutable):
    """One thing that all orders found have in common. ``row`` tells it of a row, by fields of which no index has
    anything; ``index`` finds such rows in their order, by ``driver``, if there is one.
    """

    row: Filter
    driver: Filter | None = None
    index: str = KEYS


class Token(Immutable):
    """What was typed between two blanks: ``words``, and what an id or an address would look like that is so typed;
    ``serial`` likewise, None if no device can have it.
    """

    words: tuple[str, ...]
    identifier: str
    serial: str | None

    @property
    def whole(self) -> Condition:
        """Orders of this id, address or domain."""
        signed = [f"{ADDRESS}{self.identifier}", f"{ORDER}{self.identifier}"]
        return Condition(row={"words": {"$in": signed}}, driver={"keys": {"$in": signed}})

    @property
    def begins_identifier(self) -> Filter | None:
        """Rows whose id, address or domain begins so; None: too little was typed."""
        if (
            len(self.identifier) < FROM_LETTERS or "\0" in self.identifier
        ):  # which no expression may have, and no id has
            return None
        return {"keys": {"$in": [_begins(f"{sign}{self.identifier}") for sign in (ADDRESS, ORDER)]}}

    @property
    def begins_serial(self) -> Filter | None:
        """Documents with the serial of a device that begins so, or that is this one if little was typed."""
        if self.serial is None:
            return None
        if len(self.serial) < FROM_LETTERS:
            return {"serials": {"$eq": self.serial}}
        return {"serials": {"$in": [_begins(self.serial)]}}

    def as_words(self) -> tuple[Condition, ...]:
        """Orders in which all its words begin so, or, where it is one word, that have it as id or address."""
        if not self.words:
            return (self.whole,)
        if len(self.words) == 1:
            return (_word(self.words[0], [f"{ADDRESS}{self.identifier}", f"{ORDER}{self.identifier}"]),)
        return tuple(_word(word, []) for word in self.words)

    def as_beginning(self, begins: Filter) -> Condition:
        """Orders in which all its words begin so, or whose id, address or domain does (``begins_identifier``): told of
        the row alone, for they are too many to be found by it.
        """
        by_words: Filter = {"$and": [each.row for each in self.as_words()]}
        return Condition(row={"$or": [by_words, {"words": begins["keys"]}]})

    @property
    def exact_serial(self) -> Filter | None:
        """Documents with the serial of this very device."""
        return None if self.serial is None else {"serials": {"$eq": self.serial}}


def tokens_of(text: str) -> tuple[Token, ...]:
    """What was typed, in order; each once. Without letters or digits there is none."""
    found: dict[str, Token] = {}
    for typed in text.split():
        identifier = plain(typed).lstrip(ADDRESS)
        if identifier and any(c.isalnum() for c in identifier):
            found.setdefault(identifier, Token(split_words(typed), identifier, normalised(typed)))
    return tuple(found.values())


def conditions_of(wanted: Wanted) -> Iterator[Condition]:
    """What is filtered by, beside the text and the time."""
    if wanted.status is not None:
        by_status: Filter = {"status": {"$eq": wanted.status}}
        driver: Filter | None = None if wanted.status == FINISHED else {"open": {"$eq": wanted.status}}
        yield Condition(row=by_status, driver=driver, index=OPEN)
    named: dict[str, str | None] = {"type": wanted.customer_type, "channel": wanted.channel, "term": wanted.term}
    named |= {"group": wanted.group, "source": wanted.source}
    for name, value in named.items():
        if value is not None:
            driver = None if f"{name}:{value}" in PLAIN else {"keys": {"$eq": filter_key(name, value)}}
            yield Condition(row={name: {"$eq": value}}, driver=driver)
    if wanted.sources:
        keys = [filter_key("source", source) for source in wanted.sources]
        yield Condition(row={"source": {"$in": list(wanted.sources)}}, driver={"keys": {"$in": keys}})
    if wanted.test is not None:
        driver = {"keys": {"$eq": filter_key("test", "yes")}} if wanted.test else None
        yield Condition(row={"test": {"$eq": True}} if wanted.test else {"test": {"$exists": False}}, driver=driver)
    match wanted.hold:
        case None:
            return
        case "none":
            yield Condition(row={"holds": {"$exists": False}})
        case "any":
            yield Condition(row={"holds": {"$exists": True}}, driver={"keys": {"$eq": filter_key("hold", "any")}})
        case reason:
            yield Condition(row={"holds": {"$eq": reason}}, driver={"keys": {"$eq": filter_key("hold", reason)}})


def span_of(wanted: Wanted, before: str | None) -> Filter:
    """The rows of the time asked for, and behind the last page's end."""
    least = "0" if wanted.created_from is None else moment_of(wanted.created_from)
    most = "g" if wanted.created_before is None else moment_of(wanted.created_before)
    return {"$gte": least, "$lt": most if before is None else min(most, before)}


def _word(word: str, signed: list[str]) -> Condition:
    begins: str | Regex[str] = word if len(word) < LENGTHS[0] else _begins(word)
    return Condition(row={"words": {"$in": [begins, *signed]}}, driver={"keys": {"$in": [beginning_of(word), *signed]}})


def _begins(text: str) -> Regex[str]:
    """An expression for whatever begins so. Without flags: with Python's own, MongoDB would walk the whole index."""
    return Regex(f"^{re.escape(text)}", 0)
