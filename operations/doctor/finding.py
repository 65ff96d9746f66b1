"""What the doctor may find, and what it found."""

from enum import StrEnum

from contracts.values.immutable import Immutable


class Level(StrEnum):
    """How bad it is. Note: good to know. Warning: look at it soon. Wrong: something is lost or stands still."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    WRONG = "wrong"


class Room(StrEnum):
    """What is examined."""

    KAFKA = "kafka"
    MONGODB = "mongodb"
    INSTALLATION = "installation"


class Finding(Immutable):
    """What was found: ``name`` for a program, and for people ``what`` is so, ``why`` it matters, what to ``do``.

    None of them has personal data or a password in it. ``examined`` is false where nobody knows: what would have told
    did not answer, or may not be asked.
    """

    name: str
    level: Level
    what: str
    why: str = ""
    do: str = ""
    examined: bool = True


class Symptom(Immutable):
    """What a check may find: the same words in the report and in ``docs/operations.md``.

    ``when`` says under which condition. A finding may say more exactly what to ``do``.
    """

    name: str
    level: Level
    when: str
    why: str
    do: str

    def found(self, what: str, do: str = "") -> Finding:
        """It is so."""
        return Finding(self.name, self.level, what, self.why, do or self.do)


class Unexaminable(Exception):
    """What is asked cannot be tried; says why, and what to ``do`` so that it can."""

    def __init__(self, why: str, do: str) -> None:
        super().__init__(why)
        self.do = do


SHOWN = 5
"""Names that a sentence has at most."""


def named(names: "list[str] | tuple[str, ...]") -> str:
    """``a, b and 3 more``: as many as a sentence can have."""
    if len(names) <= SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more"
