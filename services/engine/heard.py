"""What a document remembers of the messages that it decided, so that a repeat is known for what it is.

Rule 10: identity first, then, where ``domain.md`` section 4 says so, content. What took effect is kept for ever,
refusals as the last 1,000.
"""

from collections.abc import Mapping
from typing import Literal

from contracts.immutable import Immutable
from services.engine.kept import Kept, revised
from services.engine.message import Message

REFUSALS_KEPT = 1000


class Heard(Kept):
    """One decided message: ``who`` is 12 bytes of its identity, ``what`` 8 of its content, ``outcome`` what came of it.

    ``outcome`` names the fact (``OrderPlaced``) or the codes of the refusal (``refused:sku_mismatch,...``). ``source``
    and ``id`` of the first request are kept so that a repeat's answer can name it.
    """

    who: bytes
    what: bytes
    source: str
    id: str
    outcome: str

    @property
    def effective(self) -> bool:
        """Whether it took effect; a refusal did not."""
        return not self.outcome.startswith("refused:")

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of a refusal."""
        return () if self.effective else tuple(c for c in self.outcome.removeprefix("refused:").split(",") if c)


class Recognised(Immutable):
    """What is known of a message by its identity: the same again, or the same id with other content."""

    kind: Literal["repeat", "id_reused"]
    first: Heard


def recognise(message: Message, heard: tuple[Heard, ...]) -> Recognised | None:
    """Whether a message with this identity was decided before."""
    who = message.identity()
    for entry in reversed(heard):
        if entry.who == who:
            return Recognised("repeat" if entry.what == message.content() else "id_reused", entry)
    return None


def remember(heard: tuple[Heard, ...], message: Message, outcome: str, keep: int = REFUSALS_KEPT) -> tuple[Heard, ...]:
    """The memory with this message in it. Refusals beyond ``keep`` are forgotten, the oldest first."""
    entry = Heard(who=message.identity(), what=message.content(), source=message.source, id=message.id, outcome=outcome)
    heard = (*heard, entry)
    if not entry.effective and sum(not h.effective for h in heard) > keep:
        oldest = next(i for i, h in enumerate(heard) if not h.effective)
        heard = heard[:oldest] + heard[oldest + 1 :]
    return heard


def settled(heard: tuple[Heard, ...], outcomes: Mapping[bytes, str], keep: int = REFUSALS_KEPT) -> tuple[Heard, ...]:
    """The memory once requests that had waited were decided: ``outcomes`` by ``who`` take the place of what was kept.

    Refusals beyond ``keep`` are forgotten, the oldest first.
    """
    heard = tuple(revised(h, outcome=outcomes[h.who]) if h.who in outcomes else h for h in heard)
    surplus = sum(not h.effective for h in heard) - keep
    if surplus <= 0:
        return heard
    refusals = [place for place, h in enumerate(heard) if not h.effective]
    forgotten = frozenset(refusals[:surplus])
    return tuple(h for place, h in enumerate(heard) if place not in forgotten)


def refused(codes: tuple[str, ...]) -> str:
    """The outcome of a refusal."""
    return "refused:" + ",".join(dict.fromkeys(codes))
