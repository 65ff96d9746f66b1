"""What one caller may ask for, all settings: nothing that is sent or asked costs more than its bound."""

import os
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from contracts.values.immutable import Immutable
from contracts.wire.enclosed import deeper_than
from contracts.wire.envelope import DEEPEST
from services.engine.runtime.settings import between, chosen
from services.http.telling.problem import Fault, fault

LARGEST: Final = 400_000
"""Bytes of one request: the reader of the Kafka edge takes 512 KiB, all in all (``docs/architecture.md`` rule 12)."""
MOST_ROWS: Final = 100
"""Rows of one page of a list."""


class Bounds(Immutable):
    """``body``: bytes of one request; ``depth``: levels of its JSON; ``page``: rows of one page; ``query``: seconds of
    one question to the database; ``rate``: requests a minute of one key in one process, ``in_flight``: how many of them
    at a time; ``waiting``: requests in one process that wait for their answers, whoever sent them; ``undecided``:
    requests of one service that are stored and not known to be decided, in all processes.
    """

    body: int = LARGEST
    depth: int = 32
    page: int = MOST_ROWS
    query: float = 5.0
    rate: int = 6_000
    in_flight: int = 200
    waiting: int = 1_000
    undecided: int = 100_000

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Bounds":
        """Raises SystemExit with what is wrong."""

        def number(name: str, default: int, least: int, most: int) -> int:
            meant = f"give a whole number from {least} to {most}"
            return chosen(name, str(default), between(least, most, int), meant, environment)

        return cls(
            body=number("LEASELINE_HTTP_BODY_BYTES", LARGEST, 1_000, LARGEST),
            depth=number("LEASELINE_HTTP_JSON_DEPTH", 32, 8, DEEPEST),
            page=number("LEASELINE_HTTP_PAGE", MOST_ROWS, 1, MOST_ROWS),
            query=chosen(
                "LEASELINE_HTTP_QUERY_SECONDS", "5", between(0.1, 60, float), "give seconds from 0.1 to 60", environment
            ),
            rate=number("LEASELINE_HTTP_RATE", 6_000, 1, 10_000_000),
            in_flight=number("LEASELINE_HTTP_IN_FLIGHT", 200, 1, 100_000),
            waiting=number("LEASELINE_HTTP_WAITING", 1_000, 1, 100_000),
            undecided=number("LEASELINE_HTTP_UNDECIDED", 100_000, 1_000, 10_000_000),
        )


def bounds_of(request: Request) -> Bounds:
    """The bounds of the process that answers it."""
    found: Bounds | None = getattr(request.state, "bounds", None)
    return Bounds() if found is None else found


def page_of(request: Request, asked: int | None, usual: int = 50) -> int:
    """How many rows a page has that was asked for with ``limit``. Raises ``Problem`` if that is more than allowed."""
    most = bounds_of(request).page
    if asked is None:
        return min(usual, most)
    if not 1 <= asked <= most:
        raise fault(Fault.PARAMETER_INVALID, f"limit: 1 to {most} rows of a page", parameter="limit")
    return asked


def check_depth(data: object, most: int) -> None:
    """Raises ``Problem`` if a body is nested deeper than so many levels."""
    if deeper_than(data, most):
        raise fault(Fault.BODY_TOO_DEEP, f"at most {most} levels")
