"""The law of traces: what is caused has its cause's trace, in a span of its own; what has no trace causes none.

Which records are sent with a trace follows from their identity, so that no seed tells another story because of it: two
of four have one, each sending another one; one of four has what is none.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any, Protocol

_SHAPE = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01")
NO_TRACES = ("00-0-0-01", "ff-" + "1" * 32 + "-" + "2" * 16 + "-01", 7, "")


class Spoken(Protocol):
    """Something that was said, as either checker reads it."""

    @property
    def source(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def cause(self) -> tuple[str, str]: ...
    @property
    def trace(self) -> str: ...


class Sent(Protocol):
    """Something that was asked."""

    @property
    def source(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def trace(self) -> str: ...


def sent_with(source: str, id_: str, number: int) -> Any:
    """The ``traceparent`` of the record with this number: a valid one, a wrong one, or None."""
    luck = blake2b(f"{source} {id_}".encode(), digest_size=1).digest()[0] % 4
    if luck < 2:
        own = blake2b(f"{source} {id_} {number}".encode(), digest_size=24).hexdigest()
        return f"00-{own[:32]}-{own[32:]}-01"
    return NO_TRACES[number % len(NO_TRACES)] if luck == 2 else None


def valid(found: Any) -> str:
    """A trace that counts, or nothing."""
    return found if isinstance(found, str) and _SHAPE.fullmatch(found) else ""


def astray(asked: Iterable[Sent], said: Iterable[Spoken]) -> Iterator[str]:
    """Everything that does not belong to the trace of its cause."""
    everything = list(said)
    traces: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in (*asked, *everything):
        traces[each.source, each.id].add(each.trace)
    for each in everything:
        causes = traces.get(each.cause, {""})
        if each.trace[3:35] not in {trace[3:35] for trace in causes}:
            yield f"{each.name} {each.id} is in the trace {each.trace!r}, its cause {each.cause} in {sorted(causes)}"
        elif each.trace and (not valid(each.trace) or each.trace in causes):
            yield f"{each.name} {each.id} has no span of its own: {each.trace}"
