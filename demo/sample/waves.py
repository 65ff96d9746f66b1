"""The whole plan as messages: what is sent in which wave. The same in every run."""

from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Final

from contracts.messages.orders import OrderPlaced, OrderSubmitted, RequestRefused
from contracts.values.refusals import Code
from demo.sample import (
    bikes,
    catalog,
    clock,
    early_notes,
    held,
    scans,
    shopify,
    unreadable,
    wrong_bills,
    wrong_changes,
    wrong_lives,
    wrong_orders,
    wrong_scans,
)
from demo.sample.bills import payers, runs
from demo.sample.changes import amending, cancelling, closing, moving
from demo.sample.lives import announcing, extending, leaving, mending, serving
from demo.sample.lives.lots import Lot
from demo.sample.outbound import Outbound, Sending, Wave
from demo.sample.repeats import PER_MILLE, chosen, with_repeats
from demo.sample.serials import Serials
from demo.sample.whole_plan import Plan, plan

MEANT_FROM: Final = 800_001
"""The running number from which the serials of corrections and replacements are given: no good scan reaches it."""
WRONG_FROM: Final = 900_001
"""The running number from which the serials of wrong scans are given."""
Sent = tuple[Sending, ...]


@cache
def waves() -> tuple[Wave, ...]:
    """All waves. Each is to be sent when everything that the one before awaits was heard."""
    whole = plan()
    first = (*catalog.sendings(), *payers.sendings(), *announcing.sendings([life.device for life in whole.lives]))
    early, parcels = _early(whole), serving.tracked_early(whole.lives)
    placed, changed = _placed(whole), _changed(whole)
    good = tuple(scans.answered(scan) for scan in whole.scans if scan.id not in whole.early)
    mismatched = held.scan_sendings(whole.held, mismatch=True)
    unpriced = held.scan_sendings(whole.held, mismatch=False)
    served, corrected = _served(whole), _corrected(whole)
    extended = extending.sendings(whole.lives, Lot.EXTENDED, whole.prices)
    ended = (*leaving.returned(whole.lives), *extending.sendings(whole.lives, Lot.EXTENDED_LATE, whole.prices))
    sent = (*first, *placed, *changed, *good, *served, *corrected, *extended, *ended)
    others = (*early, *parcels, *mismatched, *unpriced)
    repeats = chosen(sent, round((len(sent) + len(others)) * PER_MILLE / 1000))
    unknown = wrong_orders.unknown([each.order for each in whole.orders])
    sure = (*held.confirmations(whole.held), *wrong_changes.early_sendings(whole))
    return (
        _wave("catalog, payers, arrivals", with_repeats(first, repeats)),
        _wave("early scans", (*early, *parcels)),
        _wave("orders", with_repeats(placed, repeats), settled=early),
        _wave("changes", (*with_repeats(changed, repeats), *sure)),
        _wave("scans", (*with_repeats(good, repeats), *mismatched, *unpriced), settled=parcels),
        _wave("after the scans", with_repeats(served, repeats), settled=mismatched, quiet=True),
        *(_run(run) for run in runs.FIRST),
        _wave("corrections", with_repeats(corrected, repeats), quiet=True),
        *(_run(run) for run in runs.SECOND),
        _wave("extensions", with_repeats(extended, repeats)),
        _wave("ticks to December", clock.sendings(), quiet=True),
        _wave("after the end", with_repeats(ended, repeats)),
        _wave("slips and ways back", _mended(whole)),
        _wave("wrong ones", (*_wrong(whole), *unknown), unread=unreadable.records(), settled=unpriced, quiet=True),
        _wave("ticks for what waits in vain", clock.sendings(clock.LAST), settled=unknown),
    )


def _early(whole: Plan) -> Sent:
    """What comes before its order: scans, a cancellation, notes."""
    sent = tuple(scans.early(scan) for scan in whole.scans if scan.id in whole.early)
    unseen = cancelling.unseen(whole.by_id[whole.parts.unseen].order)
    return (*sent, unseen, *early_notes.sendings(whole.by_id[whole.noted].order))


def _placed(whole: Plan) -> Sent:
    """All orders that are placed, in the order of their times, and the three that lack something."""
    sent = [held.submission(each.order).awaiting(OrderPlaced) for each in whole.orders]
    sent += held.order_sendings(whole.held)
    sent += [
        Sending(OrderSubmitted, f"order-{each.order_id}", shopify.SOURCE, each.time, data=each.data).awaiting(
            RequestRefused, codes=(Code.FIELD_REQUIRED.value,)
        )
        for each in shopify.incomplete()
    ]
    return tuple(sorted(sent, key=lambda each: (str(each.time), each.id)))


def _changed(whole: Plan) -> Sent:
    """Cancellations and amendments of orders of which nothing was scanned yet."""
    parts = whole.parts
    return (
        *(cancelling.sending(each.order) for each in whole.of(parts.cancelled)),
        *(amending.contact(each.order) for each in whole.of(parts.contact)),
        *(amending.address(each.order) for each in whole.of(parts.address)),
        *(amending.term(each.order) for each in whole.of(parts.term)),
        *(amending.term_cleared(each.order) for each in whole.of(parts.term_cleared)),
        *(amending.items(each.order, whole.prices) for each in whole.of(parts.items)),
    )


def _served(whole: Plan) -> Sent:
    """The weeks after the scans: what happens to subscriptions, to orders scanned in part, to those that are held."""
    lives, serials = whole.lives, Serials(MEANT_FROM)
    return (
        *serving.corrected(lives, serials),
        *serving.replaced(lives, serials),
        *serving.reversed_(lives, Lot.REVERSED),
        *serving.reversed_(lives, Lot.RESCANNED),
        *serving.tracked(lives),
        *leaving.cancelled(lives, Lot.CANCELLED),
        *(closing.sending(each) for each in whole.of(whole.parts.closed)),
        *(closing.added(each, whole.prices) for each in whole.of(whole.parts.added)),
        *held.decisions(whole.held),
    )


def _corrected(whole: Plan) -> Sent:
    """Between the bills of two months: what makes credit lines, and a company that is moved to another group."""
    moved = [each.order for each in whole.of(whole.parts.moved)]
    return (
        *serving.reversed_(whole.lives, Lot.REVERSED_LATE),
        *leaving.cancelled(whole.lives, Lot.CANCELLED_LATE),
        *moving.sendings(whole.parts.moved_customer, moved),
    )


def _mended(whole: Plan) -> Sent:
    """What persons take back. Only of orders to which nothing else happens."""
    lives = [life for life in whole.lives if life.device.order_id in whole.parts.none]
    return mending.sendings(lives, wrong_lives.SPARE_SKU, wrong_lives.OTHER_SKU)


def _wrong(whole: Plan) -> Sent:
    orders = [each.order for each in whole.orders]
    bike_orders = [order for order in orders if order.source == bikes.SOURCE]
    calm = [each for each in whole.orders if each.order.order_id in whole.calm]
    calm_scans = [scan for scan in whole.scans if scan.order.order_id in whole.calm]
    shelf = wrong_scans.Shelf(calm, calm_scans, Serials(WRONG_FROM))
    return (
        *wrong_orders.sendings(orders, bike_orders),
        *wrong_orders.superseded(),
        *wrong_changes.sendings(whole),
        *wrong_scans.sendings(shelf),
        *wrong_lives.sendings(whole),
        *wrong_bills.sendings(),
        *held.price_sendings(),
    )


def _run(run: runs.Run) -> Wave:
    return _wave(run.name, (runs.sending(run),))


def _wave(
    name: str,
    sent: Iterable[Sending],
    unread: tuple[Outbound, ...] = (),
    settled: Iterable[Sending] = (),
    *,
    quiet: bool = False,
) -> Wave:
    sent = tuple(sent)
    return Wave(
        name=name,
        records=(*(each.outbound() for each in sent), *unread),
        awaited=(
            *chain.from_iterable(each.answers for each in sent),
            *chain.from_iterable(each.later for each in settled),
        ),
        dead_letters=len(unread),
        quiet=quiet,
    )
