"""Every subscription of the plan as billing has to see it: who pays which month, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never

from contracts.messages.customers import Group
from contracts.messages.orders import OrderSubmitted
from contracts.messages.subscription import State
from contracts.values.words import AT_ONCE
from demo.sample import northwind
from demo.sample.bills import payers
from demo.sample.changes import amending, moving
from demo.sample.lives import extending, leaving
from demo.sample.lives.lots import NOON_OF_THE_END, Life, Lot
from demo.sample.months import after, next_begin, period_of
from demo.sample.whole_plan import Plan


@dataclass(frozen=True, slots=True)
class AccountKey:
    """What makes a billing account: payer, term in force, currency, test mark."""

    payer: str
    term: str
    currency: str
    test: bool


@dataclass(frozen=True, slots=True)
class View:
    """A contract at some moment. ``accounts``: a month is the last one's whose day is not after its begin."""

    start: date
    ends_before: date
    accounts: tuple[tuple[AccountKey, date], ...]
    reversed: bool = False

    def due(self, period: str) -> Iterator[tuple[AccountKey, int]]:
        """The contract months, from 0, that begin by the end of a calendar month, and whose each is."""
        month, begin = 0, self.start
        while not self.reversed and begin < self.ends_before and period_of(begin) <= period:
            yield next(account for account, since in reversed(self.accounts) if since <= begin), month
            month += 1
            begin = after(self.start, month)


@dataclass(frozen=True, slots=True)
class Contract:
    """One subscription: as it is at the first bills, at the second, and what has become of it in the end.

    ``price`` is what a month costs at first, ``last_price`` in the end, both in minor units.
    """

    customer_id: str
    months: int
    price: int
    last_price: int
    first: View
    second: View
    state: State
    extended: bool = False


def contracts(plan: Plan) -> tuple[Contract, ...]:
    """All of them; a device that was scanned a second time has two."""
    accounts = {each.order.order_id: _account(plan, each.order.body) for each in plan.orders}
    found: list[Contract] = []
    for life in plan.lives:
        order_id = life.device.order_id
        item, currency = life.device.scan.item, life.device.scan.order.body.currency
        price = plan.prices[item.sku, item.months, currency]
        found += _lived(plan, life, accounts[order_id], price)
    return (*found, *_held(plan))


def _account(plan: Plan, order: OrderSubmitted) -> AccountKey:
    customer_id = _customer(order)
    group: Group | None = order.group
    if group is None and order.customer.type == "business":
        group = northwind.default_groups().get(customer_id)
    payer = f"customer:{customer_id}" if group is None else f"group:{group.id}"
    term = AT_ONCE if order.term is None else order.term
    if order.order_id in plan.parts.term:
        term = amending.term_of(plan.by_id[order.order_id].order)
    if order.order_id in plan.parts.term_cleared:
        term = payers.default_term(payer)
    return AccountKey(payer, term, order.currency, order.test)


def _customer(order: OrderSubmitted) -> str:
    assert order.customer.id is not None, "every order of the sample names its customer"
    return order.customer.id


def _lived(plan: Plan, life: Life, account: AccountKey, price: int) -> Iterator[Contract]:
    device, order = life.device, life.device.scan.order.body
    customer_id = _customer(order)
    plain = View(device.start, device.ends_before, ((account, device.start),))
    never = View(device.start, device.ends_before, plain.accounts, reversed=True)
    ended: State = "ended" if life.expires else "active"

    def contract(first: View, second: View, state: State) -> Contract:
        return Contract(customer_id, device.months, price, price, first, second, state)

    match life.lot:
        case Lot.NONE | Lot.CORRECTED | Lot.REPLACED | Lot.TRACKED | Lot.TRACKED_EARLY:
            moved = _moved(plan, order, plain)
            yield contract(plain, moved, ended)
        case Lot.REVERSED:
            yield contract(never, never, "reversed")
        case Lot.RESCANNED:
            yield contract(never, never, "reversed")
            yield contract(plain, plain, ended)
        case Lot.REVERSED_LATE:
            yield contract(plain, never, "reversed")
        case Lot.CANCELLED | Lot.CANCELLED_LATE:
            shorter = View(device.start, leaving.last_day(life) + timedelta(days=1), plain.accounts)
            first = plain if life.lot is Lot.CANCELLED_LATE else shorter
            yield contract(first, shorter, "cancelled" if leaving.over(life) else "active")
        case Lot.EXTENDED | Lot.EXTENDED_LATE:
            last = extending.new_price(life, plan.prices) or price
            yield Contract(customer_id, device.months, price, last, plain, plain, "active", extended=True)
        case _:
            assert_never(life.lot)


def _moved(plan: Plan, order: OrderSubmitted, view: View) -> View:
    if order.order_id not in plan.parts.moved:
        return view
    ((old, begin),) = view.accounts
    new = AccountKey(f"group:{moving.TO.id}", old.term, old.currency, old.test)
    since = next_begin(view.start, moving.MOVED.date())
    return View(view.start, view.ends_before, ((old, begin), (new, since)))


def _held(plan: Plan) -> Iterator[Contract]:
    """The subscriptions of orders that were held: at the catalog's price, or at the quoted one."""
    for each in plan.held:
        if each.scan is None:
            continue
        order, item = each.order.body, each.scan.item
        price = plan.prices[item.sku, item.months, order.currency]
        if item.quoted_price is not None:
            price = item.quoted_price.amount
        account = _account(plan, order)
        view = View(each.scan.start, after(each.scan.start, item.months), ((account, each.scan.start),))
        state: State = "ended" if view.ends_before <= NOON_OF_THE_END.date() else "active"
        for _ in each.scan.serials:
            yield Contract(_customer(order), item.months, price, price, view, view, state)
