"""An order's newest state: the ledger opens, a hold goes, a confirmation comes; what waited for it is decided."""

from contracts.orders import HoldReleased, OrderConfirmed, OrderPlaced
from services.engine.heard import settled
from services.engine.message import Message
from services.engine.service import NOTHING, Change, Decision, Desk, Say
from services.fulfillment.asset import Asset
from services.fulfillment.ledger import Ledger, told
from services.fulfillment.parking import scheduled
from services.fulfillment.scan import decided
from services.fulfillment.settings import Settings


def order_told(settings: Settings, message: Message, desk: Desk) -> Decision:
    """``OrderPlaced``, ``OrderConfirmed``, ``HoldReleased``: what counts is the state, not the name.

    A version that is not above the last one taken is a repeat or a latecomer and changes nothing.
    """
    fact = message.body
    if not isinstance(fact, OrderPlaced | OrderConfirmed | HoldReleased):
        raise TypeError(f"{message.model.type_name()} that cannot be read: a fact is not answered")
    ledger = desk.get(Ledger, message.subject) or Ledger()
    if fact.version <= ledger.order_version:
        return NOTHING
    ledger = told(ledger, fact.order, fact.version)
    if ledger.awaits() is None and ledger.parked:
        return _drained(settings, message, desk, ledger)
    ledger = scheduled(ledger, message.lane, desk.clock(message.lane).waited, settings)
    return Decision((Change(Ledger, message.subject, ledger),))


def _drained(settings: Settings, message: Message, desk: Desk, ledger: Ledger) -> Decision:
    """Every scan that waited, decided in the order in which they came, each answered to its own sender."""
    order_id = message.subject
    assets: dict[str, Asset] = {}
    says: list[Say] = []
    outcomes: dict[bytes, str] = {}
    waiting, ledger = ledger.parked, ledger.model_copy(update={"parked": ()})
    for each in waiting:
        scan = each.scan
        result = decided(ledger, order_id, scan, lambda serial: assets.get(serial) or desk.get(Asset, serial), settings)
        ledger = result.ledger
        assets.update(result.assets)
        says += [Say(body, scan.cause) for body in result.says]
        outcomes[scan.who] = result.outcome
    ledger = ledger.model_copy(update={"heard": settled(ledger.heard, outcomes), "lane": None, "due": None})
    changes = (Change(Ledger, order_id, ledger), *(Change(Asset, s, asset) for s, asset in assets.items()))
    return Decision(changes, tuple(says))
