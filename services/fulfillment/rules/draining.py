"""What waited is decided: in the order in which it came, each answered to its own sender.

A request waits on until its subscription is there, and is decided as soon as a scan created it, before any later scan.
"""

from dataclasses import dataclass, field

from services.engine.core.document import replace
from services.engine.core.memory import settled
from services.engine.core.service import Change, Emit
from services.fulfillment.documents.asset import Asset, AssetOf
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.documents.request import Parked, Scan
from services.fulfillment.rules.life import body_of, decide_request
from services.fulfillment.rules.scan import decide_scan
from services.fulfillment.settings import Settings


@dataclass(slots=True)
class Draining:
    """The order's book and the devices while what waits is decided; ``emits`` is what is said of it, in order."""

    book: Book
    asset_of: AssetOf
    settings: Settings
    assets: dict[str, Asset] = field(default_factory=dict)
    emits: list[Emit] = field(default_factory=list)
    outcomes: dict[bytes, str] = field(default_factory=dict)

    def device(self, serial: str) -> Asset | None:
        """The device as the decisions so far left it."""
        return self.assets.get(serial) or self.asset_of(serial)

    def drain(self) -> Ledger:
        """Decides all that can be decided; what still waits stays in the ledger, which it returns."""
        queue = self.book.ledger.parked
        if not queue:
            return self.book.ledger
        waiting: list[Parked] = []
        self.book = self.book.with_ledger(replace(self.book.ledger, parked=()))
        for each in queue:
            waiting.append(each)
            if self._ready(each):
                waiting = self._decide_last(waiting)
        heard = settled(self.book.ledger.heard, self.outcomes)
        return replace(self.book.ledger, parked=tuple(waiting), heard=heard)

    def changes(self, ledger: Ledger) -> tuple[Change, ...]:
        """What changes with this as the ledger in the end."""
        return (
            *self.book.with_ledger(ledger).changes(),
            *(Change(Asset, serial, asset) for serial, asset in self.assets.items()),
        )

    def _ready(self, each: Parked) -> bool:
        """Whether it waits for nothing more: a scan for its order, another request for its subscription."""
        if each.wish is not None:
            return not self.book.ledger.may_still_create(each.wish.number)
        return self.book.ledger.awaits() is None

    def _decide_last(self, waiting: list[Parked]) -> list[Parked]:
        """The last of these decided, then the requests before it that it created the subscription for."""
        self._decide(waiting.pop())
        for each in waiting:
            if self._ready(each):
                self._decide(each)
        return [each for each in waiting if not self._ready(each)]

    def _decide(self, each: Parked) -> None:
        request = each.request
        if isinstance(request, Scan):
            result = decide_scan(self.book, request, self.device, self.settings)
        else:
            result = decide_request(self.book, request, body_of(request), self.device, self.settings)
        self.book = result.book
        self.assets.update(result.assets)
        self.emits += [Emit(body, request.cause) for body in result.emits]
        self.outcomes[request.who] = result.outcome
