"""The two answers that every service can give to any request."""

from typing import ClassVar

from contracts.message import Answer
from contracts.refusals import Refusal


class Refused(Answer):
    """``RequestRefused``: nothing was changed; every code with its field."""

    subject: str
    refusals: tuple[Refusal, ...]
    clock_suspect: bool = False
    about: ClassVar[tuple[tuple[str, str], ...]] = (("subject", ""),)


class Repeated(Answer):
    """``RequestRepeated``: this was asked before, under ``first_id``; ``outcome`` is what came of it.

    ``outcome`` is the type name of the fact that was said (``OrderPlaced``), or the refusal codes.
    """

    subject: str
    first_source: str | None = None
    first_id: str | None = None
    outcome: str
    codes: tuple[str, ...] = ()
    about: ClassVar[tuple[tuple[str, str], ...]] = (("subject", ""),)
