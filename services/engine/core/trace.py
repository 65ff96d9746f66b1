"""Which span of a trace a message is decided in. It follows from the message alone, so that a repeat says the same
bytes (``docs/decisions/0108``).
"""

from hashlib import blake2b

from contracts.wire.trace import in_span
from services.engine.core.message import Cause


def span_of(cause: Cause, service: str) -> bytes:
    """8 bytes that stand for what this service makes of the cause: of its place in the log and the span it came from.

    The span before counts, too: a request that is sent on within a service is decided twice, one below the other.
    """
    told = f"{cause.trace} {service} {cause.address}"
    found = blake2b(told.encode("utf-8", "replace"), digest_size=8).digest()
    return found if any(found) else b"\x00" * 7 + b"\x01"  # a span of nothing but zeros would be none


def trace_below(cause: Cause, service: str) -> str:
    """The trace as whatever is said because of the cause carries it; nothing if the cause has none."""
    return in_span(cause.trace, span_of(cause, service)) if cause.trace else ""
