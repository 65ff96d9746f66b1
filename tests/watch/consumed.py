"""Records as a consumer gets them, made by hand."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from contracts.registry import MESSAGES

EXAMPLES = Path("contracts/examples")
MOMENT = 1_715_677_200_000
"""2024-05-14 09:00:00 UTC."""


class Consumed(NamedTuple):
    topic: str
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    key: bytes | None = None
    partition: int = 3
    offset: int = 17
    timestamp: int = MOMENT


def example(type_: str) -> dict[str, Any]:
    """The golden example of a type."""
    found: dict[str, Any] = json.loads((EXAMPLES / f"{type_}.json").read_bytes())
    return found


def consumed(document: object, topic: str, **others: Any) -> Consumed:
    """A message in structured mode as it stands in a topic."""
    return Consumed(topic, json.dumps(document).encode(), **others)


def all_examples() -> list[tuple[str, Consumed]]:
    """Every type's golden example on its own topic."""
    return [(name, consumed(example(name), model.topic)) for name, model in sorted(MESSAGES.items())]
