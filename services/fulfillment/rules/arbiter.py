"""Whether an order may be changed, decided against its ledger, which is changed with it: accepted is final.

Rules: ``docs/domain.md`` section 1, the table of statuses; ``docs/architecture.md`` section 3. A unit that has a
subscription, or was given up, locks its item; what was reversed counts as never created.
"""

from datetime import date
from functools import partial
from typing import Final, assert_never

from contracts.messages.changes import OrderChangeProposed
from contracts.messages.life import SubscriptionPayerChanged
from contracts.messages.order import Item, ItemStatus
from contracts.values.calendar import next_month_begin
from contracts.values.immutable import Immutable
from contracts.values.refusals import Code
from services.engine.core.document import replace
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Entry, Ledger, Line, PaidBy, Row, line_of, row_of, with_terms
from services.fulfillment.documents.party import Billing
from services.fulfillment.rules.billing import billing_of, with_billing
from services.fulfillment.rules.subscription import payers_of, to_contract

NAMED: Final = 20
"""Items that a refusal names."""
MOST_MOVES: Final = 100
"""Changes of payer that subscriptions of an order go through: each is kept in all of them, and their facts go to every
payer that they ever had.
"""


class No(Immutable):
    """Why a change is not possible, and which items stand against it."""

    code: Code
    item_ids: tuple[str, ...] = ()


class Moved(Immutable):
    """A subscription that has another payer from this day on; its fact lacks only its version."""

    number: int
    from_date: date
    fact: partial[SubscriptionPayerChanged]


class Yes(Immutable):
    """The order's book from now on, and the subscriptions that got another payer."""

    book: Book
    moved: tuple[Moved, ...] = ()


def arbitrate(book: Book, proposal: OrderChangeProposed, today: date) -> Yes | No:
    """Decides a change. ``today`` is the civil date of the request, from which a change of payer counts."""
    ledger = book.ledger
    if ledger.order_version == 0:
        return No(Code.ORDER_NOT_FOUND)
    if ledger.cancelled_at is not None:
        return No(Code.ORDER_CANCELLED)
    if not ledger.opened:
        return No(Code.ORDER_ON_HOLD)
    match proposal.change:
        case "amendment":
            return _amend(book, proposal)
        case "cancellation":
            return _cancel(book, proposal)
        case "short_close":
            return _close(book, proposal.item_id)
        case "payer":
            return _with_payer(book, proposal, today)
    assert_never(proposal.change)


def _amend(book: Book, proposal: OrderChangeProposed) -> Yes | No:
    ledger = book.ledger
    before = {line.item_id: line for line in ledger.lines}
    after = {item.item_id: item for item in proposal.items}
    touched = [line for line in ledger.lines if not _same(line, after.get(line.item_id))]
    locked = [line.item_id for line in touched if line.taken or line.cancelled]
    if locked:
        return No(Code.ITEM_LOCKED, tuple(locked[:NAMED]))
    if (touched or after.keys() - before.keys()) and not any(line.open for line in ledger.lines):
        return No(Code.ORDER_FULFILLED)
    billing = Billing.from_contract(proposal.billing)
    if billing != billing_of(ledger.terms[-1]) and ledger.stands():
        return No(Code.ORDER_HAS_SUBSCRIPTIONS)
    lines = tuple(
        line if line is not None and _same(line, item) else line_of(item)
        for item in proposal.items
        for line in [before.get(item.item_id)]
    )
    terms = with_terms(ledger, with_billing(ledger.terms[-1], billing), book.newest_terms_used)
    return Yes(book.with_ledger(replace(ledger, lines=lines, terms=terms)))


def _same(line: Line, item: Item | None) -> bool:
    """Whether an item is proposed as it stands. Its counts are the ledger's own affair."""
    if item is None:
        return False
    proposed = replace(line_of(item), taken=line.taken, cancelled=line.cancelled)
    return proposed == line


def _cancel(book: Book, proposal: OrderChangeProposed) -> Yes | No:
    ledger = book.ledger
    if ledger.stands():
        return No(Code.ORDER_HAS_SUBSCRIPTIONS)
    lines = tuple(replace(line, cancelled=line.units) for line in ledger.lines)
    return Yes(book.with_ledger(replace(ledger, cancelled_at=proposal.requested_at, lines=lines)))


def _close(book: Book, item_id: str | None) -> Yes | No:
    ledger = book.ledger
    if not ledger.stands():
        return No(Code.NO_SUBSCRIPTION_YET)
    meant = [line for line in ledger.lines if item_id in (None, line.item_id)]
    if not meant:
        return No(Code.ITEM_UNKNOWN)
    if not any(line.open for line in meant):
        return No(Code.NOTHING_OPEN)
    lines = tuple(
        replace(line, cancelled=line.cancelled + line.open) if line in meant else line for line in ledger.lines
    )
    return Yes(book.with_ledger(replace(ledger, lines=lines)))


def _with_payer(book: Book, proposal: OrderChangeProposed, today: date) -> Yes | No:
    """Later subscriptions have the new payer at once, active ones from their next contract month on."""
    ledger = book.ledger
    newest = with_billing(ledger.terms[-1], Billing.from_contract(proposal.billing))
    lines = {line.item_id: line for line in ledger.lines}
    moves = ledger.moves or ()
    row = Row(kind=SubscriptionPayerChanged.__name__, at=proposal.requested_at, move=len(moves))
    entries, moved = dict[int, Entry](), []
    left = False  # whether some stay with the present payer: then its terms stay, by which they are found
    for number, entry in book.entries():
        terms = ledger.terms[entry.terms]
        payers = payers_of(entry, terms)
        if entry.state != "active" or payers[-1].payer == newest.payer:
            left = left or payers[-1].payer == ledger.terms[-1].payer
            continue
        since = next_month_begin(entry.start_date, today)
        became = replace(
            entry,
            payers=(*payers, PaidBy(payer=newest.payer, from_date=since)),
            group=newest.group,
            history=(*(entry.history or ()), row),
        )
        entries[number] = became
        fact = partial(
            SubscriptionPayerChanged,
            subscription=to_contract(book.order_id, number, became, lines[entry.item_id], terms),
            at=proposal.requested_at,
            actor=proposal.actor,
            reason=proposal.reason,
            from_date=since,
        )
        moved.append(Moved(number, since, fact))
    if moved and len(moves) >= MOST_MOVES:
        return No(Code.TOO_MANY_PAYERS)
    move = row_of(row.kind, proposal.actor, proposal.reason, row.at)
    book = book.with_entries(entries)
    known = with_terms(ledger, newest, lambda: left or book.newest_terms_used())
    changed = replace(book.ledger, moves=(*moves, move) if moved else ledger.moves, terms=known)
    return Yes(book.with_ledger(changed), tuple(moved))


def items_of(ledger: Ledger) -> tuple[Item, ...]:
    """The items with their counts, as an accepted change tells them."""
    return tuple(
        Item(
            item_id=line.item_id,
            sku=line.sku,
            product_name=line.product_name,
            variant_name=line.variant_name,
            catalog_version=line.catalog_version,
            months=line.months,
            quantity=line.units,
            unit_price=line.unit_price,
            quoted_price=line.quoted_price,
            free=line.free,
            taken=line.taken,
            cancelled=line.cancelled,
            status=_status(line),
        )
        for line in ledger.lines
    )


def _status(line: Line) -> ItemStatus:
    if line.cancelled >= line.units:
        return "cancelled"
    if line.taken:
        return "partial" if line.open else "fulfilled"
    return "pending"
