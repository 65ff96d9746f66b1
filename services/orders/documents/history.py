"""What happened to an order: who did what, when and why. Its newest rows stand in the order itself."""

from datetime import datetime
from typing import Final, Literal

from contracts.messages.changes import ChangeKind
from services.engine.core.document import Document

KEPT: Final = 200
"""Rows of an order's history, the newest; every one is a fact on `orders.events`, too."""
REASON_KEPT: Final = 500
"""Characters of a reason that a history keeps; the fact has all of them."""

How = ChangeKind | Literal["quoted", "catalog", "rejection"]
"""By which change an order was amended, at which price a hold was released, by what an order was cancelled."""


class Happened(Document):
    """One thing that happened; ``kind`` names its fact. Nobody is the actor where a price came."""

    kind: str
    at: datetime
    actor: str | None = None
    reason: str | None = None
    how: How | None = None


def happened(
    kind: str, at: datetime, actor: str | None = None, reason: str | None = None, how: How | None = None
) -> Happened:
    """A row, a long reason cut."""
    return Happened(kind=kind, at=at, actor=actor, reason=None if reason is None else reason[:REASON_KEPT], how=how)
