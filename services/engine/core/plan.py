"""What a batch came to: what is to be saved, said and told."""

from contracts.values.immutable import Immutable
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.incident import Incident
from services.engine.core.message import Message
from services.engine.core.unit_of_work import Write


class Counts(Immutable):
    """What became of a batch's records; ``unknown`` counts the fields of its messages that nobody here knows."""

    records: int = 0
    messages: int = 0
    forwarded: int = 0
    rejects: int = 0
    ignored: int = 0
    unknown: int = 0


class Plan(Immutable):
    """What is to be saved and said for the first ``taken`` records of a batch, and told in the log afterwards."""

    taken: int
    writes: tuple[Write, ...]
    checkpoints: tuple[Checkpoint, ...]
    counts: Counts
    incidents: tuple[Incident, ...] = ()
    outcomes: tuple[tuple[str, str, int], ...] = ()
    """How many messages of a type had which outcome: ``done``, ``refused``, ``repeated``, ``waits`` or ``nothing``."""
    traced: tuple[Message, ...] = ()
    """Those of its messages that came with a trace."""
