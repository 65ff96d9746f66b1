"""The whole plan: what is sent in which wave. The same in every run."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

from contracts.orders import OrderPlaced, OrderSubmitted, RequestRefused
from contracts.refusals import Code
from deploy.sample import (
    bikes,
    catalog,
    early_notes,
    held,
    northwind,
    scans,
    shopify,
    unreadable,
    wrong_orders,
    wrong_scans,
)
from deploy.sample.hashes import drawn
from deploy.sample.outbound import Outbound, Sending, Wave
from deploy.sample.plan import Planned, planned
from deploy.sample.repeats import PER_MILLE, chosen, with_repeats
from deploy.sample.serials import Serials

EARLY_PER_MILLE: Final = 20
WRONG_FROM: Final = 900_001
"""The running number from which the serials of wrong scans are given: no good scan reaches it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was drawn: the orders with their fates, the held ones, the good scans, the ids of the early ones."""

    orders: tuple[Planned, ...]
    held: tuple[held.HeldOrder, ...]
    scans: tuple[scans.Scan, ...]
    early: frozenset[str]


@cache
def plan() -> Plan:
    """The plan, drawn once a process."""
    orders = planned((*bikes.orders(), *northwind.orders(), *shopify.orders()))
    serials = Serials()
    good = scans.with_faults(scans.scans(orders, serials), orders, serials)
    whole = [scan.id for scan in good if not scan.refused]
    early = frozenset(drawn(whole, _per_mille(EARLY_PER_MILLE, len(good)), "early"))
    waiting = held.held(
        [each.order for each in orders if each.order.source == bikes.SOURCE], catalog.price_list(), serials
    )
    good = tuple(sorted(good, key=lambda scan: (scan.time, scan.id)))
    return Plan(orders, waiting, good, early)


@cache
def waves() -> tuple[Wave, ...]:
    """The five waves. Each is to be sent when everything that the one before awaits was heard."""
    drawn_plan = plan()
    first = catalog.sendings()
    early = _early(drawn_plan)
    orders = _orders(drawn_plan)
    good = tuple(scans.answered(scan) for scan in drawn_plan.scans if scan.id not in drawn_plan.early)
    parked = held.scan_sendings(drawn_plan.held)
    messages = (*first, *early, *orders, *good, *parked)
    repeats = chosen((*first, *orders, *good), _per_mille(PER_MILLE, len(messages)))
    return (
        _wave("catalog and groups", with_repeats(first, repeats)),
        _wave("early scans", early),
        _wave("orders", with_repeats(orders, repeats), settled=early),
        _wave("scans", (*with_repeats(good, repeats), *parked)),
        _wave("wrong ones", _wrong(drawn_plan), unread=unreadable.records(), settled=parked),
    )


def _early(drawn_plan: Plan) -> tuple[Sending, ...]:
    by_id = {each.order.order_id: each.order for each in drawn_plan.orders}
    (noted,) = drawn(by_id, 1, "noted early")
    sent = tuple(scans.early(scan) for scan in drawn_plan.scans if scan.id in drawn_plan.early)
    return (*sent, *early_notes.sendings(by_id[noted]))


def _orders(drawn_plan: Plan) -> tuple[Sending, ...]:
    """All orders that are placed, in the order of their times, and the three that lack something."""
    sent = [held.submission(each.order).awaiting(OrderPlaced) for each in drawn_plan.orders]
    sent += held.order_sendings(drawn_plan.held)
    sent += [
        Sending(OrderSubmitted, f"order-{each.order_id}", shopify.SOURCE, each.time, data=each.data).awaiting(
            RequestRefused, codes=(Code.FIELD_REQUIRED.value,)
        )
        for each in shopify.incomplete()
    ]
    return tuple(sorted(sent, key=lambda each: (str(each.time), each.id)))


def _wrong(drawn_plan: Plan) -> tuple[Sending, ...]:
    orders = [each.order for each in drawn_plan.orders]
    bike_orders = [order for order in orders if order.source == bikes.SOURCE]
    shelf = wrong_scans.Shelf(drawn_plan.orders, drawn_plan.scans, Serials(WRONG_FROM))
    return (
        *wrong_orders.sendings(orders, bike_orders),
        *wrong_orders.superseded(),
        *wrong_scans.sendings(shelf),
        *held.confirmations(drawn_plan.held),
        *held.price_sendings(),
    )


def _wave(
    name: str, sent: Iterable[Sending], unread: tuple[Outbound, ...] = (), settled: Iterable[Sending] = ()
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
    )


def _per_mille(share: int, whole: int) -> int:
    return round(whole * share / 1000)
