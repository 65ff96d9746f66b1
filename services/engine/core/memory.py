"""What a document remembers of the messages that it decided, so that a repeat is known for what it is.

Rule 10 of ``docs/architecture.md``: identity first, then, where ``docs/domain.md`` section 4 says so, content. What
took effect is kept for ever, refusals as the last 1,000. A document keeps the newest of what took effect in itself; the
older ones are documents of their own, which are looked up only where there are any.
"""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from contracts.values.immutable import Immutable
from services.engine.core.document import Document, replace
from services.engine.core.message import Message
from services.engine.core.service import UnitOfWork

REFUSALS_KEPT: Final = 1000
PROCESSED: Final = "processed"
"""The collection of what no longer stands in its document."""
MOVED_AT_ONCE: Final = 1000
"""Entries that one saving takes out of a document: one that was kept before they were bounded shrinks step by step."""
WAITING: Final = "waiting"
"""The outcome of a request that has no answer yet."""
_REFUSED, _STANDS = "refused:", "stands:"
_WHOLE: Final = "RequestRefused"


class Processed(Document):
    """One decided message: ``who`` is 12 bytes of its identity, ``what`` 8 of its content, ``outcome`` what came of it.

    ``outcome`` is the name of the fact (``OrderPlaced``), ``waiting``, or what ``refused`` or ``stands_by`` make.
    ``source`` and ``id`` of the request are kept so that a repeat's answer can name it.
    """

    who: bytes
    what: bytes
    source: str
    id: str
    outcome: str

    @property
    def effective(self) -> bool:
        """Whether it took effect, or still may: a refusal did not, nor what stood already by another one."""
        return not self.outcome.startswith((_REFUSED, _STANDS))

    @property
    def stands_by(self) -> bytes | None:
        """The identity of the request by which the effect of this one stood already."""
        return bytes.fromhex(self.outcome.removeprefix(_STANDS)) if self.outcome.startswith(_STANDS) else None

    @property
    def told(self) -> str:
        """What a repeat is told: the type name of the fact or of the answer that it got, or ``waiting``."""
        if self.outcome.startswith(_REFUSED):
            answer, colon, _ = self.outcome.removeprefix(_REFUSED).partition(":")
            return answer if colon else _WHOLE
        return "RequestRepeated" if self.outcome.startswith(_STANDS) else self.outcome

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of a refusal, each once."""
        if not self.outcome.startswith(_REFUSED):
            return ()
        return tuple(code for code in self.outcome.rpartition(":")[2].split(",") if code)


class Memory(Document):
    """A document that remembers what it decided, or what is to be remembered apart from it."""

    heard: tuple[Processed, ...] = ()

    def entry(self, who: bytes) -> Processed | None:
        """What stands in it about this identity; nothing, if that is a refusal which is not among the last 1,000."""
        refusals = 0
        for entry in reversed(self.heard):
            if entry.who == who:
                return entry if entry.effective or refusals < REFUSALS_KEPT else None
            refusals += not entry.effective
        return None


class LongMemory(Memory):
    """One without a bound: ``moved`` counts what took effect and stands in documents of its own (``PROCESSED``).

    ``kept_here`` is how much of what took effect stays in the document when it has twice as much: until then each
    request adds one element to a list, and what is written for it does not grow. Outcomes in ``stays`` never leave it:
    those by which a content is recognised, and those that are still to change.
    """

    moved: int = 0
    kept_here: ClassVar[int] = 200
    stays: ClassVar[frozenset[str]] = frozenset()


class Repeat(Immutable):
    """What is known of a message by its identity: the same again, or the same id with other content."""

    kind: Literal["repeat", "id_reused"]
    first: Processed
    """What a repeat is told of: the request itself, or the one by which its effect stood already."""


def processed_id(subject: str, who: bytes) -> str:
    """The document of a request that left the one that it is about."""
    return f"{subject}|{who.hex()}"


def find(who: bytes, memory: Memory, subject: str, work: UnitOfWork) -> Processed | None:
    """What is remembered of an identity, wherever it stands."""
    entry = memory.entry(who)
    if entry is None and isinstance(memory, LongMemory) and memory.moved:
        return work.get(Processed, processed_id(subject, who))
    return entry


def find_repeat(message: Message, memory: Memory, work: UnitOfWork) -> Repeat | None:
    """Whether a message with this identity was decided before. The memory is that of the message's subject."""
    entry = find(message.identity(), memory, message.subject, work)
    if entry is None:
        return None
    kind: Literal["repeat", "id_reused"] = "repeat" if entry.what == message.content() else "id_reused"
    by = entry.stands_by
    first = None if by is None else find(by, memory, message.subject, work)
    return Repeat(kind, first or entry)


def record_processed(
    heard: tuple[Processed, ...], message: Message, outcome: str, keep: int = REFUSALS_KEPT
) -> tuple[Processed, ...]:
    """The memory with this message in it. Refusals beyond ``keep`` are forgotten, the oldest first, and taken out a
    tenth of them at once: until then each adds one element to a list.
    """
    entry = Processed(
        who=message.identity(), what=message.content(), source=message.source, id=message.id, outcome=outcome
    )
    return _forgetting((*heard, entry), keep)


def settled(
    heard: tuple[Processed, ...], outcomes: Mapping[bytes, str], keep: int = REFUSALS_KEPT
) -> tuple[Processed, ...]:
    """The memory once requests that had waited were decided: ``outcomes`` by ``who`` take the place of what was kept.

    Refusals beyond ``keep`` are forgotten, the oldest first.
    """
    return _forgetting(tuple(replace(h, outcome=outcomes[h.who]) if h.who in outcomes else h for h in heard), keep)


def _forgetting(heard: tuple[Processed, ...], keep: int) -> tuple[Processed, ...]:
    most = keep + keep // 10
    if len(heard) <= most:
        return heard
    refusals = [place for place, h in enumerate(heard) if not h.effective]
    if len(refusals) <= most:
        return heard
    forgotten = frozenset(refusals[: len(refusals) - keep])
    return tuple(h for place, h in enumerate(heard) if place not in forgotten)


def refused(codes: tuple[str, ...], answer: str = _WHOLE) -> str:
    """The outcome of a refusal; ``answer`` is the type name of what the sender was told."""
    listed = ",".join(dict.fromkeys(codes))
    return f"{_REFUSED}{listed}" if answer == _WHOLE else f"{_REFUSED}{answer}:{listed}"


def stands_by(who: bytes) -> str:
    """The outcome of a request whose effect stood already by another one, which is named by its identity. As much is
    remembered of it as of a refusal (``docs/decisions/0018``).
    """
    return f"{_STANDS}{who.hex()}"


def parted(memory: LongMemory) -> tuple[LongMemory, tuple[Processed, ...]]:
    """The document as it is stored, and what becomes a document of its own: once twice as much took effect as it keeps,
    the oldest beyond those.
    """
    most = 2 * memory.kept_here
    if len(memory.heard) <= most:
        return memory, ()
    may_go = [h for h in memory.heard if h.effective and h.outcome != WAITING and h.outcome not in memory.stays]
    if len(may_go) <= most:
        return memory, ()
    going = tuple(may_go[: len(may_go) - memory.kept_here][:MOVED_AT_ONCE])
    gone = frozenset(h.who for h in going)
    heard = tuple(h for h in memory.heard if h.who not in gone)
    return replace(memory, heard=heard, moved=memory.moved + len(going)), going
