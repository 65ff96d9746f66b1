"""Invoice numbers: without gaps for each payer and test mark, with no counter that all payers fight for.

Rule: ``docs/domain.md`` section 3. A payer's short code is a document that is inserted once: two payers whose codes
are the same by chance conflict in the database, and the second takes its next candidate.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from services.engine.core.document import Document

ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXZ"
"""No vowels, which make words; no 0, 1, L, O, which are misread."""
LENGTH: Final = 6


class ShortCode(Document):
    """Whose a code is."""

    payer: str


def candidates(payer_id: str) -> Iterator[str]:
    """The codes that a payer may have, the first free one counts: always the same ones."""
    attempt = 0
    while True:
        value = int.from_bytes(blake2b(f"{attempt}:{payer_id}".encode(), digest_size=8).digest(), "big")
        code = ""
        for _ in range(LENGTH):
            value, place = divmod(value, len(ALPHABET))
            code += ALPHABET[place]
        yield code
        attempt += 1


def invoice_number(code: str, running: int, *, test: bool) -> str:
    """The number of a payer's invoice, ``running`` from 1."""
    return f"{'T' if test else 'INV'}-{code}-{running:06d}"
