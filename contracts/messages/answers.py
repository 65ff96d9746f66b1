"""What every service can say to any request: two answers, and the notice that the answer is still to come."""

from typing import ClassVar, Literal

from contracts.values.refusals import Refusal
from contracts.values.words import Instant
from contracts.wire.message import Answer, Kind


class Refused(Answer):
    """``RequestRefused``: nothing was changed; every code with its field."""

    subject: str
    refusals: tuple[Refusal, ...]
    clock_suspect: bool = False
    about: ClassVar[tuple[tuple[str, str], ...]] = (("subject", ""),)


class Repeated(Answer):
    """``RequestRepeated``: this was asked before, under ``first_id``; ``outcome`` is what came of it.

    ``outcome`` is the type name of the fact or of the answer that the first request got (``OrderPlaced``,
    ``RequestRefused``, ``ItemFulfillmentRefused``), or ``waiting``: it has none yet, and it will be the answer to both.
    ``codes`` are those of a refusal, each once; otherwise there are none.
    """

    subject: str
    first_source: str | None = None
    first_id: str | None = None
    outcome: str
    codes: tuple[str, ...] = ()
    about: ClassVar[tuple[tuple[str, str], ...]] = (("subject", ""),)


AwaitedThing = Literal["order", "subscription", "variant"]
"""What a request can wait for."""


class Waiting(Answer):
    """``RequestParked``: the request was understood and waits for something that is not there yet. A notice, no answer:
    that one comes when the wait is over.

    ``request`` is the request's type, ``missing`` names what it waits for: order ids, subscription ids or SKUs. A name
    may be lacking where the request named only a device. ``until``: it is refused then, at the earliest; later if the
    installation stands still meanwhile, for that time does not count (``docs/domain.md`` section 5). Absent: it waits
    for ever.
    """

    kind: ClassVar[Kind] = Kind.NOTICE
    about: ClassVar[tuple[tuple[str, str], ...]] = (("subject", ""),)

    subject: str
    request: str
    waits_for: AwaitedThing
    missing: tuple[str, ...] = ()
    until: Instant | None = None
    what_to_do: str
