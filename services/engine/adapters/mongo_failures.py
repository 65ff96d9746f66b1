"""What each failure of MongoDB means to the engine.

A write conflict before the commit is a ``Conflict``; a document that cannot be encoded or is too large is
``Unstorable``; what says that the outcome is unknown is ``Doubt``; anything else (a missing role, a full disk) is a
``Stop``: the store must not empty a topic into the dead letters.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bson.errors import BSONError, InvalidDocument
from pymongo.errors import BulkWriteError, ConnectionFailure, DocumentTooLarge, OperationFailure, PyMongoError

from services.engine.core.faults import Conflict, Doubt, Fenced, Stop, Unstorable

CONFLICTS = frozenset({112, 24, 246, 239, 365, 388, 11000})
"""WriteConflict, LockTimeout, SnapshotTooOld and -Unavailable, what is too much at once, an id taken meanwhile."""
TOO_LARGE = frozenset({10334, 17419, 17420, 17280, 22})
PASSING = frozenset(
    {
        6,
        7,
        43,
        50,
        63,
        64,
        89,
        91,
        134,
        189,
        202,
        206,
        216,
        225,
        237,
        251,
        262,
        290,
        9001,
        10107,
        11600,
        11601,
        11602,
        13435,
        13436,
    }
)
"""Failures that pass by: fail-over, shut-down, interruption, a transaction that was ended, a time limit."""


@contextmanager
def failures_named(*, before_commit: bool = False) -> Iterator[None]:
    """Names a failure. Within a transaction a conflict is known to have saved nothing."""
    try:
        yield
    except (Stop, Fenced):
        raise
    except (DocumentTooLarge, InvalidDocument, BSONError, OverflowError, UnicodeError) as error:
        raise Unstorable(type(error).__name__) from error
    except ConnectionFailure as error:
        raise Doubt(f"{type(error).__name__}: MongoDB does not answer") from error
    except PyMongoError as error:
        raise _named(error, before_commit=before_commit) from error


def _named(error: PyMongoError, *, before_commit: bool) -> Exception:
    codes = set(_codes(error))
    if before_commit and codes & CONFLICTS:
        return Conflict(f"codes {sorted(codes)}")
    if codes & TOO_LARGE:
        return Unstorable(f"codes {sorted(codes)}")
    labelled = error.has_error_label("TransientTransactionError") or error.has_error_label("RetryableWriteError")
    if labelled or not codes or codes & (PASSING | CONFLICTS):
        return Doubt(f"{type(error).__name__} codes {sorted(codes)}")
    return Stop(
        f"MongoDB refuses to store (codes {sorted(codes)}, {type(error).__name__}): look at its log, the role of this "
        f"service's user and the free disk space, then start the service again; nothing was lost"
    )


def _codes(error: PyMongoError) -> Iterable[int]:
    if isinstance(error, BulkWriteError):
        for each in error.details.get("writeErrors", ()) or ():
            yield int(each.get("code", 0))
    elif isinstance(error, OperationFailure) and error.code is not None:
        yield error.code
