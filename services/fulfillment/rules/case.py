"""One request about one subscription: what is known when it is decided, and what a decision is."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from msgspec import field

from contracts.messages.subscription import SubscriptionFact
from contracts.values.immutable import Immutable
from contracts.values.refusals import Code, Refusal, refusal
from services.fulfillment.documents.asset import Asset, AssetOf
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Entry, Ledger, Line, Terms
from services.fulfillment.settings import Settings


class Case(Immutable):
    """The subscription that something is asked of. ``time`` is the time that counts, ``today`` its civil date."""

    book: Book
    number: int
    time: datetime
    today: date
    settings: Settings
    asset_of: AssetOf

    @property
    def ledger(self) -> Ledger:
        """Its order's ledger."""
        return self.book.ledger

    @property
    def order_id(self) -> str:
        """Its order."""
        return self.book.order_id

    @property
    def entry(self) -> Entry:
        """The subscription."""
        return self.book.entry(self.number)

    @property
    def line(self) -> Line:
        """Its item. That of a reversed one may have been removed: nobody may ask."""
        return next(line for line in self.ledger.lines if line.item_id == self.entry.item_id)

    @property
    def terms(self) -> Terms:
        """What it has in common with others."""
        return self.ledger.terms[self.entry.terms]

    def device(self) -> Asset:
        """Its present device."""
        asset = self.asset_of(self.entry.serial)
        assert asset is not None
        return asset


class Became(Immutable):
    """What a subscription is from now on. ``fact`` says it, and lacks only its version and the whole subscription.

    ``lines`` are the order's items where they change too; ``assets`` are the devices that do, by serial.
    """

    entry: Entry
    fact: Callable[..., SubscriptionFact]
    assets: Mapping[str, Asset] = field(default_factory=dict)
    lines: tuple[Line, ...] | None = None


Answer = Became | tuple[Refusal, ...]
"""A decision, or every reason why there is none."""


def no(code: Code, name: str = "", detail: str = "") -> tuple[Refusal, ...]:
    """One reason."""
    return (refusal(code, name, detail),)


def why_not_active(entry: Entry) -> Code | None:
    """Why something cannot be asked that only an active subscription is asked."""
    match entry.state:
        case "active":
            return None
        case "ended":
            return Code.SUBSCRIPTION_ENDED
        case "cancelled":
            return Code.SUBSCRIPTION_CANCELLED
        case "reversed":
            return Code.SUBSCRIPTION_REVERSED
