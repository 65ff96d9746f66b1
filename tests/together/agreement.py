"""The three services tell the same of every order, its devices and its subscriptions. Believed is what they keep."""

from collections import defaultdict
from collections.abc import Iterator

from services.billing.documents.account import rebuild
from services.fulfillment.documents.ledger import Ledger, Terms
from services.orders.documents.order import PlacedOrder
from services.orders.documents.progress import STATES
from services.orders.rules.contract import to_contract
from tests.together.books import Books


def disagreements(books: Books) -> Iterator[str]:
    """Everything that is not as it must be when nothing is on its way any more, each as a sentence."""
    for order_id, ledger in books.ledgers.items():
        placed = books.orders.get(order_id)
        yield from (f"{order_id}: {wrong}" for wrong in _units(ledger))
        if placed is None:
            if ledger.order_version or ledger.entries:
                yield f"{order_id}: fulfillment knows an order that orders does not"
            continue
        yield from (f"{order_id}: {wrong}" for wrong in _one_order(placed, ledger))
        yield from _billed(placed, ledger, books)
    yield from (f"{order_id}: fulfillment never heard of it" for order_id in books.orders.keys() - books.ledgers.keys())
    yield from _devices(books)
    accounts = {id_: account.totals() for id_, account in books.accounts.items()}
    if accounts != rebuild(books.shares.values()):
        yield "the accounts are not what their shares add up to"


def _units(ledger: Ledger) -> Iterator[str]:
    live = [entry for entry in ledger.entries if entry.state != "reversed"]
    for line in ledger.lines:
        taken = sum(entry.item_id == line.item_id for entry in live)
        if line.open < 0 or line.taken != taken:
            yield f"item {line.item_id} has {line.open} open, {line.taken} taken, but {taken} subscriptions"
    if ledger.cancelled_at is not None and live:
        yield "cancelled, with a subscription"
    if ledger.cancelled_at is not None and any(line.open for line in ledger.lines):
        yield "cancelled, with open units"
    if ledger.unsaid:
        yield f"fulfillment never told of {ledger.unsaid}"


def _one_order(placed: PlacedOrder, ledger: Ledger) -> Iterator[str]:
    """Items, counts, payer, billing and contact data, and every subscription."""
    order = to_contract(placed)
    if not ledger.opened:
        if order.cancelled_at is not None or not (order.holds or ledger.order_version == 0):
            yield "fulfillment has not opened its ledger"
        return
    if (order.cancelled_at is None) != (ledger.cancelled_at is None):
        yield f"cancelled at {order.cancelled_at} for orders, {ledger.cancelled_at} for fulfillment"
    ours = {(i.item_id, i.sku, i.months, i.unit_price, i.quantity, i.taken, i.cancelled) for i in order.items}
    theirs = {(i.item_id, i.sku, i.months, i.unit_price or None, i.units, i.taken, i.cancelled) for i in ledger.lines}
    if ours != theirs:
        yield f"items are {sorted(map(str, ours))} for orders, {sorted(map(str, theirs))} for fulfillment"
    its, terms = Terms.from_contract(order), ledger.terms[-1]
    if (its.payer, its.group, its.term) != (terms.payer, terms.group, terms.term):
        yield f"paid by {order.payer}, {order.term} for orders, {terms.payer}, {terms.term} for fulfillment"
    if (its.billing_address, its.customer) != (terms.billing_address, terms.customer):
        yield "billing or contact data differ"
    known = {number: STATES[mark % 8] for number, mark in placed.subscriptions.items()}
    if known != {str(number): entry.state for number, entry in enumerate(ledger.entries, start=1)}:
        yield f"orders knows the subscriptions {known}"


def _billed(placed: PlacedOrder, ledger: Ledger, books: Books) -> Iterator[str]:
    """Every payer that a subscription ever had knows its newest state; the last one is the order's, while it runs."""
    for number, entry in enumerate(ledger.entries, start=1):
        id_ = f"{placed.order_id}/{number}"
        mine = [share for share in books.shares.values() if share.order_id == placed.order_id]
        billed = {share.payer: held for share in mine if (held := share.find_held(id_)) is not None}
        if not billed or any(held.state != entry.state for held in billed.values()):
            yield f"{id_}: {entry.state}, billing has it as {[held.state for held in billed.values()]}"
            continue
        payers = {each.payer for held in billed.values() for each in held.payers}
        if payers != billed.keys() or len({held.version for held in billed.values()}) > 1:
            yield f"{id_}: its payers {sorted(payers)} know different things"
        newest = next(iter(billed.values())).payers[-1].payer
        if entry.state == "active" and newest != ledger.terms[-1].payer:
            yield f"{id_}: paid by {newest}, its order by {ledger.terms[-1].payer}"
        assert newest in billed


def _devices(books: Books) -> Iterator[str]:
    """A serial is active in one subscription at most, and its own document says in which."""
    active: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for order_id, ledger in books.ledgers.items():
        for number, entry in enumerate(ledger.entries, start=1):
            if entry.state == "active":
                active[entry.serial].append((order_id, number))
    for serial, holders in active.items():
        if len(holders) > 1:
            yield f"{serial} is active in {holders}"
        asset = books.assets.get(serial)
        holder = None if asset is None or asset.holder is None else (asset.holder.order_id, asset.holder.number)
        if holder not in holders:
            yield f"{serial} is active in {holders}, its document says {holder}"
    for serial, asset in books.assets.items():
        if asset.state == "in_use" and serial not in active:
            yield f"{serial} is in use, but in no subscription"
