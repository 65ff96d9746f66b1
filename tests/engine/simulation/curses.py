"""Requests at which one hook of the tiny service always raises: one for each hook, by the note that they carry.

Each must cost itself, whatever stands beside it in a batch.
"""

from collections.abc import Iterable
from typing import Final

from services.engine.kept import revised, revised_by
from services.engine.message import Message
from services.engine.service import Change, Decision, Desk, Key, Page, Say, Service
from tests.engine.simulation.tally import AddRequested, Counted, Counter

HOOKS: Final = ("weight", "needs", "needs_more", "decide", "said", "changes", "conclude")
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

    def needs(message: Message) -> Iterable[Key | Page]:
        yield from service.needs(message)
        _raise("needs", message)

    def needs_more(message: Message, desk: Desk) -> Iterable[Key | Page]:
        yield from service.needs_more(message, desk)
        _raise("needs_more", message)

    def decide(message: Message, desk: Desk) -> Decision:
        _raise("decide", message)
        decision, curse = service.decide(message, desk), curse_of(message)
        if curse == "said":
            unsayable = Unsayable(counter=message.subject, version=1, total=0, changes=0)
            return revised(decision, says=(*decision.says, Say(unsayable)))
        if curse in ("changes", "conclude"):
            counter = desk.get(Counter, message.subject) or Counter()
            for change in decision.changes:
                if isinstance(change.document, Counter):
                    counter = change.document
            counter = revised_by(counter, {"cursed": Unkeepable() if curse == "changes" else True})
            return revised(decision, changes=(Change(Counter, message.subject, counter),))
        return decision

    def conclude(message: Message, change: Change, desk: Desk) -> Decision:
        if isinstance(change.document, Counter) and change.document.cursed is True:
            raise Cursed
        return service.conclude(message, change, desk)

    return revised(service, weight=weight, needs=needs, needs_more=needs_more, decide=decide, conclude=conclude)


def _raise(hook: str, message: Message) -> None:
    if curse_of(message) == hook:
        raise Cursed
