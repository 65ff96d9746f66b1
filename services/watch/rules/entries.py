"""By what a row is found: a few whole numbers of 8 bytes, each a hash of a word that can be read.

Hashes of 60 million words meet once in ten thousand indexes, and an installation's own ids are no secret: whoever looks
something up compares the readable word afterwards.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from services.engine.core.answer import HTTP
from services.engine.core.message import identity_of
from services.watch.telling.told import Told

KINDS: Final = ("order", "serial", "subscription", "invoice", "payer")
"""What is looked up by its id. SKUs and customers are not: their rows are too many to be a story, and each would cost
an entry of nearly every row.
"""
REQUEST: Final = "request:"
"""A message by its identity, ``<source>/<id>``."""
NAMED: Final = "named:"
"""A request by its id alone, as a person reads it, whoever sent it; or by its name over HTTP."""
OURS: Final = "leaseline/"
"""How the source of what our services say begins: nobody asks for it by its id."""
CAUSE: Final = "cause:"
"""What a message caused, by that message's identity."""
_SERVICE_OF: Final = {"orders": "orders", "catalog": "orders", "fulfillment": "fulfillment", "billing": "billing"}


@lru_cache(maxsize=8192)
def entry(word: str) -> int:
    """The number that stands for this word: 64 bits with their sign, as the database keeps whole numbers."""
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def identity_word(source: str, id: str) -> str:  # noqa: A002  the CloudEvents attribute's name
    """The word of a message's identity."""
    return f"{REQUEST}{source}/{id}"


def cause_word(source: str, id: str) -> str:  # noqa: A002  the CloudEvents attribute's name
    """The word of having been caused by this message."""
    return f"{CAUSE}{source}/{id}"


def words_of(told: Told) -> tuple[str, ...]:
    """Every word by which this record is found, each once."""
    found = list(keys_kept(told))
    if told.id:
        found.append(identity_word(told.source, told.id))
        if not told.source.startswith(OURS):
            found += (f"{NAMED}{name}" for name in names_of(told))
    if told.cause is not None:
        found.append(cause_word(*told.cause))
    return tuple(dict.fromkeys(found))


def keys_kept(told: Told) -> tuple[str, ...]:
    """The keys of a record that are kept as words: what its identity and its cause say is said by those."""
    said = {identity_word(told.source, told.id), identity_word(*told.cause) if told.cause else ""}
    return tuple(
        key for key in told.keys if key.partition(":")[0] in KINDS or (key.startswith(REQUEST) and key not in said)
    )


def names_of(told: Told) -> Iterable[str]:
    """What a person calls a request: its id, and where it came over HTTP its address there (``/requests/<name>``)."""
    yield told.id
    service = _SERVICE_OF.get(told.topic.partition(".")[0])
    if service is not None and told.source.startswith(HTTP):
        yield f"{service}-{identity_of(told.source, told.id).hex()}"


def entries_of(told: Told) -> list[int]:
    """The numbers of its words, in the order of numbers."""
    return sorted({entry(word) for word in words_of(told)})
