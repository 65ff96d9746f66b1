"""Where a record of CSV ends: a line end within quotes is none (RFC 4180)."""

from contracts.values.immutable import Immutable


class Quotes(Immutable):
    """After a line: ``inside`` quotes, or not. ``wrong`` is the byte, from 0, that follows a closing quote though only
    a separator may.
    """

    inside: bool
    wrong: int | None = None


def scan(line: bytes, separator: bytes, *, inside: bool) -> Quotes:
    """How a line ends that began ``inside`` quotes or not. Each byte is looked at once."""
    if not inside and b'"' not in line:
        return Quotes(inside=False)
    at = 0
    if not inside and line[:1] == b'"':
        at, inside = 1, True
    while True:
        if not inside:
            opens = line.find(separator + b'"', at)
            if opens < 0:
                return Quotes(inside=False)
            at = opens + 2
        closes = line.find(b'"', at)
        while closes >= 0 and line[closes + 1 : closes + 2] == b'"':
            closes = line.find(b'"', closes + 2)
        if closes < 0:
            return Quotes(inside=True)
        at, inside = closes + 1, False
        if line[at : at + 1] not in (b"", separator, b"\n", b"\r"):
            return Quotes(inside=False, wrong=at)


def separator_of(header: bytes) -> bytes:
    """The one of ``,``, ``;`` and tab that stands most often outside of the header's quotes."""
    bare = b"".join(header.split(b'"')[::2])
    return max((b",", b";", b"\t"), key=bare.count)
