"""The trace that a message belongs to: the attribute ``traceparent`` of CloudEvents, as W3C's Trace Context writes it.

What is malformed counts as absent: a trace never makes a message wrong.
"""

import re
from typing import Final

TRACEPARENT: Final = "traceparent"
"""The attribute's name; in binary mode its header is ``ce_traceparent``, over HTTP the header is called like this."""
NONE: Final = ""
"""No trace."""
_SHAPE: Final = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_FLAGS: Final = 0b11
"""Those that are known: sampled, and that the trace's id is random."""


def read_trace(found: object) -> str:
    """A valid ``traceparent`` in the form of version 00, whatever its version; ``NONE`` for anything else."""
    if not isinstance(found, str):
        return NONE
    shape = _SHAPE.fullmatch(found)
    if shape is None or (shape[1] == "00" and shape[5] is not None):
        return NONE
    return f"00-{shape[2]}-{shape[3]}-{int(shape[4], 16) & _FLAGS:02x}"


def trace_id(trace: str) -> str:
    """The trace itself, 32 hexadecimal digits; empty for none."""
    return trace[3:35]


def is_sampled(trace: str) -> bool:
    """Whether whoever began it wants its spans kept."""
    return trace[-1:] in ("1", "3")


def in_span(trace: str, span: bytes) -> str:
    """The same trace, seen from the span with these 8 bytes."""
    return f"{trace[:36]}{span.hex()}{trace[52:]}"
