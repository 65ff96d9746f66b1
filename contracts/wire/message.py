"""A message body and what the wire needs to know about its type: its name, its topic, whom it is about."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from contracts.values.model import Model
from contracts.values.refusals import Code, Refusal, refusal
from contracts.values.words import ID_PATTERN, Whole


class Kind(StrEnum):
    """What a message is to its reader."""

    REQUEST = "request"
    """Asks for something; has exactly one answer."""
    FACT = "fact"
    """Says what is so now: carries the whole of each part that it changed, and a version."""
    ANSWER = "answer"
    """Tells the sender of a request what became of it; has no version."""
    NOTICE = "notice"
    """Tells what is going on meanwhile; neither a fact nor an answer."""
    PROPOSAL = "proposal"
    """Asks another service of ours for its decision; carries a number of its own, by which a repeat is known."""
    INTERNAL = "internal"
    """What a service says to itself."""
    ACT = "act"
    """What a person of operations did: kept, and decided by nobody."""


class Body(Model):
    """The ``data`` of one message type.

    Class attributes: ``service`` that owns the type, ``topic`` it is published to, ``kind``, and ``about``: the
    fields that name the subject with the prefix each gets; the first field that is filled in counts.
    """

    service: ClassVar[str]
    topic: ClassVar[str]
    kind: ClassVar[Kind]
    about: ClassVar[tuple[tuple[str, str], ...]] = (("order_id", ""),)

    @classmethod
    @cache
    def type_name(cls) -> str:
        """The CloudEvents ``type``: ``leaseline.<service>.<Name>.v1``."""
        return f"leaseline.{cls.service}.{cls.__name__}.v1"

    def subjects(self) -> tuple[str, ...]:
        """Whom the message is about; the first is its key. Only subscription facts have more than one (payers)."""
        for field, prefix in self.about:
            value = getattr(self, field)
            if value is not None:
                return (f"{prefix}{value}",)
        return ()

    def chain(self) -> str:
        """The subject whose versions this fact counts under; with the version it makes the fact's message id."""
        return self.subjects()[0]

    @classmethod
    def subjects_of(cls, data: Mapping[str, Any]) -> tuple[str, ...]:
        """The same from data that broke a rule elsewhere; empty when no valid id is in it (``why_nobody``)."""
        for field, prefix in cls.about:
            value = data.get(field)
            if isinstance(value, str) and ID_PATTERN.match(value.strip()):
                return (f"{prefix}{value.strip()}",)
            if prefix == "lane:" and isinstance(value, int) and not isinstance(value, bool):
                return (f"{prefix}{value}",)
        return ()


class Request(Body):
    """Asks for something."""

    kind: ClassVar[Kind] = Kind.REQUEST

    @classmethod
    def why_nobody(cls, data: Mapping[str, Any]) -> tuple[Refusal, ...]:
        """What is wrong with the fields that should name the subject, where ``subjects_of`` finds none."""
        given = [(field, data[field]) for field, _ in cls.about if data.get(field) is not None]
        if not given:
            fields = [field for field, _ in cls.about]
            return (refusal(Code.FIELD_REQUIRED, fields[0], f"one of {' and '.join(fields)} must be given"),)
        return tuple(
            refusal(Code.ID_INVALID if isinstance(value, str) else Code.WRONG_TYPE, field, "names nobody")
            for field, value in given
        )


class Fact(Body):
    """Says what is so. ``version`` counts the service's facts about this subject: +1 each, without gaps.

    ``ignored``: fields of the request that led to it which this version does not know, at most 20 paths.
    """

    kind: ClassVar[Kind] = Kind.FACT
    version: Whole
    ignored: tuple[str, ...] | None = None


class Answer(Body):
    """Tells the sender of a request what became of it. The request is named in the envelope.

    ``ignored``: fields of the request which this version does not know, at most 20 paths.
    """

    kind: ClassVar[Kind] = Kind.ANSWER
    ignored: tuple[str, ...] | None = None


class Proposal(Body):
    """Asks another service of ours for its decision."""

    kind: ClassVar[Kind] = Kind.PROPOSAL


class Internal(Body):
    """What a service says to itself."""

    kind: ClassVar[Kind] = Kind.INTERNAL


class Act(Body):
    """What a person of operations did. No service reads it."""

    kind: ClassVar[Kind] = Kind.ACT
