"""What a record is to the books, by the topic that it stands on."""

from typing import Final

from contracts.registry import topic
from operations.verify.asked import enter_request
from operations.verify.books import Books
from operations.verify.found import Found, address
from operations.verify.saying import enter_said
from services.engine.core.reading import ORIGIN

DEAD: Final = "leaseline-"
"""How the headers begin by which a dead letter names its source and its reason."""


def enter(books: Books, found: Found) -> None:
    """Enters a record, whoever wrote it and whatever it holds: what cannot be read is entered as that."""
    with books.entry(found.place):
        _enter(books, found)


def _enter(books: Books, found: Found) -> None:
    owner = topic(found.topic).owner.value
    kind = found.topic.rpartition(".")[2]
    if kind == "requests":
        enter_request(books, owner, found)
    elif kind == "dead-letters":
        _enter_dead_letter(books, owner, found)
    elif kind != "internal" or not _entered_as_passed_on(books, owner, found):
        enter_said(books, found)


def _entered_as_passed_on(books: Books, service: str, found: Found) -> bool:
    """A record that was passed on to its home; its content stands where it first stood."""
    for name, content in found.headers:
        if name == ORIGIN and content is not None:
            source, _, lane, offset, _ = content.decode().split("|")
            books.add("passed", address(source, lane, offset), service, found.topic, found.lane, found.offset, found.at)
            return True
    return False


def _enter_dead_letter(books: Books, service: str, found: Found) -> None:
    ours = [(name, content) for name, content in found.headers if name.startswith(DEAD) and content is not None]
    about = {name.removeprefix(DEAD): content.decode() for name, content in ours}
    source, lane, offset = about["topic"], int(about["partition"]), int(about["offset"])
    incarnation, reason = int(about["incarnation"]), about["reason"]
    books.add("dead", service, address(source, lane, offset), source, incarnation, lane, offset, reason)
