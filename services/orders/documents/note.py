"""Notes: documents of their own, counted on what they are about."""

from datetime import datetime

from contracts.messages.orders import NoteAdded
from services.engine.core.document import Document


class KeptNote(Document):
    """One note. ``subject`` is the order id or ``customer:<id>``; numbers run from 1 without gaps."""

    subject: str
    number: int
    text: str
    author: str
    written_at: datetime

    def to_fact(self, version: int) -> NoteAdded:
        """The one note that is new, as its fact carries it."""
        customer = self.subject.removeprefix("customer:")
        about_customer = customer != self.subject
        return NoteAdded(
            version=version,
            order_id=None if about_customer else self.subject,
            customer_id=customer if about_customer else None,
            number=self.number,
            text=self.text,
            author=self.author,
            written_at=self.written_at,
        )


def note_id(subject: str, number: int) -> str:
    """The note's document; ids sort by number."""
    return f"{subject}/{number:04d}"
