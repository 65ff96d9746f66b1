"""Requests at which one hook of the tiny service always raises: one for each hook, by the note that they carry.

Each must cost itself, whatever stands beside it in a batch.
"""

from collections.abc import Iterable
from typing import Final, cast

import msgspec

from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, Service, UnitOfWork, Want
from tests.engine.simulation.tally import AddRequested, Counted, Counter

HOOKS: Final = ("weight", "prefetch", "prefetch_related", "decide", "said", "changes", "on_batch_end")
CURSES: Final = {9_000 + number: hook for number, hook in enumerate(HOOKS)}
"""By note."""


class Cursed(Exception):
    """Raised by a hook at a cursed request."""


class Unsayable(Counted):
    """A fact that nobody can put into words."""

    def subjects(self) -> tuple[str, ...]:
        """Raises."""
        raise Cursed


class Unkeepable:
    """A value that no store takes."""


def curse_of(message: Message) -> str | None:
    """The hook that raises at this message."""
    return CURSES.get(message.body.note or 0) if isinstance(message.body, AddRequested) else None


def cursed(service: Service) -> Service:
    """The service with hooks that raise."""

    def weight(message: Message) -> int:
        _raise("weight", message)
        return service.weight(message)

    def prefetch(message: Message) -> Iterable[Want]:
        yield from service.prefetch(message)
        _raise("prefetch", message)

    def prefetch_related(message: Message, work: UnitOfWork) -> Iterable[Want]:
        yield from service.prefetch_related(message, work)
        _raise("prefetch_related", message)

    def decide(message: Message, work: UnitOfWork) -> Decision:
        _raise("decide", message)
        decision, curse = service.decide(message, work), curse_of(message)
        if curse == "said":
            unsayable = Unsayable(counter=message.subject, version=1, total=0, changes=0)
            return replace(decision, emits=(*decision.emits, Emit(unsayable)))
        if curse in ("changes", "on_batch_end"):
            counter = work.get(Counter, message.subject) or Counter()
            for change in decision.changes:
                if isinstance(change.document, Counter):
                    counter = change.document
            cursed = Unkeepable() if curse == "changes" else True
            # Not by our own ``replace``: the tests' one would refuse what no decision should ever make.
            counter = cast("Counter", msgspec.structs.replace(cast("msgspec.Struct", counter), cursed=cursed))
            return replace(decision, changes=(Change(Counter, message.subject, counter),))
        return decision

    def on_batch_end(message: Message, change: Change, work: UnitOfWork) -> Decision:
        if isinstance(change.document, Counter) and change.document.cursed is True:
            raise Cursed
        return service.on_batch_end(message, change, work)

    return replace(
        service,
        weight=weight,
        prefetch=prefetch,
        prefetch_related=prefetch_related,
        decide=decide,
        on_batch_end=on_batch_end,
    )


def _raise(hook: str, message: Message) -> None:
    if curse_of(message) == hook:
        raise Cursed
