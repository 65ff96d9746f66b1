"""A piece of foreign JSON, asked for what should stand in it. It answers with nothing rather than to raise."""

from collections.abc import Mapping

from contracts.values.immutable import Immutable
from contracts.values.serials import normalised
from contracts.values.words import ID_PATTERN, SUBSCRIPTION_PATTERN

LONGEST = 80
"""Characters of a foreign text in a line."""
UNKNOWN = "?"
"""What stands where an id should, and is none."""


class Part(Immutable):
    """An object of a message's data, as it was parsed. Whatever is not there, or of another kind, is empty."""

    values: Mapping[str, object]

    def text(self, name: str) -> str:
        """A text of one line, of which every sign can be printed, cut at 80 characters."""
        value = self.values.get(name)
        return printable(value) if isinstance(value, str) else ""

    def identifier(self, name: str) -> str:
        """An id that keeps to the rules; ``?`` for any other text: it may be anything, a person's name too."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return ""
        value = value.strip()
        return value if ID_PATTERN.match(value) else UNKNOWN

    def subscription(self, name: str = "subscription_id") -> str:
        """A subscription's id under the same rule."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return ""
        value = value.strip()
        return value if SUBSCRIPTION_PATTERN.match(value) else UNKNOWN

    def serial(self, name: str = "serial") -> str:
        """A serial in the form by which the device is known, under the same rule."""
        value = self.values.get(name)
        return (normalised(value) or UNKNOWN) if isinstance(value, str) else ""

    def serials(self, name: str) -> list[str]:
        """The serials of a list, each as ``serial`` gives it."""
        value = self.values.get(name)
        found = [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
        return [normalised(each) or UNKNOWN for each in found]

    def number(self, name: str) -> int:
        """A whole number; 0 for anything else."""
        value = self.values.get(name)
        return value if type(value) is int else 0

    def whole(self, name: str) -> int | None:
        """A whole number; None for anything else."""
        value = self.values.get(name)
        return value if type(value) is int else None

    def flag(self, name: str) -> bool:
        """Whether it is true, and nothing that only looks so."""
        return self.values.get(name) is True

    def part(self, name: str) -> "Part":
        """An object in it."""
        value = self.values.get(name)
        return Part(value) if isinstance(value, dict) else EMPTY

    def parts(self, name: str) -> list["Part"]:
        """The objects of a list."""
        value = self.values.get(name)
        return [Part(each) for each in value if isinstance(each, dict)] if isinstance(value, list) else []

    def texts(self, name: str) -> list[str]:
        """The texts of a list."""
        value = self.values.get(name)
        return [printable(each) for each in value if isinstance(each, str)] if isinstance(value, list) else []

    def count(self, name: str) -> int:
        """How many a list has."""
        value = self.values.get(name)
        return len(value) if isinstance(value, list) else 0

    def has(self, name: str) -> bool:
        """Whether anything but null stands there."""
        return self.values.get(name) is not None


EMPTY = Part({})
"""Nothing at all."""


def printable(text: str, longest: int = LONGEST) -> str:
    """The text on one line with nothing in it that moves a cursor or hides, cut with an ellipsis."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else "�" for sign in text)
