"""The golden examples as they are told, one paragraph each. ``python -m tests.watch.golden`` writes them anew."""

from pathlib import Path

from services.watch.telling.tell import tell
from services.watch.telling.told import Told
from tests.watch.consumed import all_examples

TOLD = Path("tests/watch/told.txt")


def paragraph(told: Told) -> str:
    head = f"{told.topic} {told.type} [{told.fate}{f' {told.code}' if told.code else ''}]"
    cause = "" if told.cause is None else f"because of {' '.join(told.cause)}, "
    about = f"about {told.subject}, by {told.by}, {cause}as {told.source} {told.id}"
    return "\n".join((head, f"  {told.words}", f"  {about}", *(f"  {key}" for key in told.keys), ""))


def written() -> str:
    return "\n".join(paragraph(tell(record)) for _, record in all_examples())


if __name__ == "__main__":
    TOLD.write_text(written(), encoding="utf-8")
