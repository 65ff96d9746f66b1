"""What it means that a hook of a service raises: it costs the one message that it was asked about, and loudly.

A hook is whatever a service supplies: ``weight``, ``prefetch``, ``prefetch_related``, ``decide`` and ``on_batch_end``,
the bodies that its decisions say and the documents that they make (rule 13).
"""

import traceback
from pathlib import Path

from contracts.values.immutable import Immutable
from contracts.wire.message import Body
from services.engine.core.reading import Reject

UNDECIDABLE = "cannot_be_decided"
UNSTORABLE = "cannot_be_stored"


class Failure(Immutable):
    """A hook raised: ``reject`` is what becomes of the message, ``place`` where in the code it was raised."""

    reject: Reject
    hook: str
    place: str


class Undecidable(Exception):
    """A hook raised at the end of a batch, where it is about all messages of the batch, not about one."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.hook} raised {failure.reject.detail} at {failure.place}")
        self.failure = failure


def failed(hook: str, error: Exception, model: type[Body] | None) -> Failure:
    """What became of asking ``hook``; the error's text is left out: it may quote a customer."""
    return Failure(Reject(UNDECIDABLE, type(error).__name__, model), hook, where(error))


def where(error: BaseException) -> str:
    """Where it was raised, without its text: that may quote a customer."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
