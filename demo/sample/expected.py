"""What must come of the plan, counted from the plan itself: the tables that the demo compares with what was said."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from contracts.messages import billing, fulfillment, orders
from contracts.messages.fulfillment import ItemFulfillmentParked
from contracts.messages.orders import NoteAdded, OrderSubmitted
from demo.sample import catalog, northwind
from demo.sample.bills import reckoning
from demo.sample.bills.contracts import AccountKey, Contract, contracts
from demo.sample.bills.reckoning import RunExpected
from demo.sample.outbound import Awaited
from demo.sample.statuses import Statuses, statuses
from demo.sample.waves import waves
from demo.sample.whole_plan import plan

T = TypeVar("T", int, str)
_REPEATED = (
    billing.RequestRepeated.type_name(),
    fulfillment.RequestRepeated.type_name(),
    orders.RequestRepeated.type_name(),
)


@dataclass(frozen=True, slots=True)
class AccountExpected:
    """Its totals; the monthly total in minor units."""

    customers: int
    active_subscriptions: int
    monthly_total: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts in the end, after all waves.

    ``refusals_by_code`` counts answers: a refused request counts once under each of its codes, however many fields
    or serials have it. ``parked`` counts the notices of scans. ``units`` are those that were ordered, whatever was
    added or given up since. ``subscriptions_by_length`` is the length that was agreed first. ``runs`` are in the
    order in which they come. ``accounts`` are all that there ever were.
    """

    records: int
    orders_submitted: int
    orders_placed: int
    orders: Statuses
    units: int
    subscriptions: int
    subscriptions_by_length: Mapping[int, int]
    subscriptions_by_state: Mapping[str, int]
    extended: int
    refusals_by_code: Mapping[str, int]
    repeated: int
    parked: int
    notes: int
    variants: int
    default_groups: int
    dead_letters: int
    currencies: tuple[str, ...]
    accounts: Mapping[AccountKey, AccountExpected]
    runs: tuple[RunExpected, ...]


def summary() -> Summary:
    """The counts of the whole sample."""
    drawn, sent = plan(), waves()
    awaited = [each for wave in sent for each in wave.awaited]
    placed = [*(each.order for each in drawn.orders), *(each.order for each in drawn.held)]
    found = contracts(drawn)
    return Summary(
        records=sum(len(wave.records) for wave in sent),
        orders_submitted=sum(r.type == OrderSubmitted.type_name() for wave in sent for r in wave.records),
        orders_placed=len(placed),
        orders=statuses(drawn),
        units=sum(order.units for order in placed),
        subscriptions=len(found),
        subscriptions_by_length=_counted(each.months for each in found),
        subscriptions_by_state=_counted(each.state for each in found),
        extended=sum(each.extended for each in found),
        refusals_by_code=_counted(code for each in awaited for code in each.codes),
        repeated=_times(awaited, *_REPEATED),
        parked=_times(awaited, ItemFulfillmentParked.type_name()),
        notes=_times(awaited, NoteAdded.type_name()),
        variants=len(catalog.variants()),
        default_groups=len(northwind.default_groups()),
        dead_letters=sum(wave.dead_letters for wave in sent),
        currencies=tuple(sorted({order.body.currency for order in placed})),
        accounts=_accounts(found),
        runs=reckoning.runs(found),
    )


def _counted(names: Iterable[T]) -> Mapping[T, int]:
    return dict(sorted(Counter(names).items()))


def _accounts(found: Sequence[Contract]) -> Mapping[AccountKey, AccountExpected]:
    customers: defaultdict[AccountKey, set[str]] = defaultdict(set)
    counts: Counter[AccountKey] = Counter()
    totals: Counter[AccountKey] = Counter()
    known: set[AccountKey] = set()
    for each in found:
        accounts = [account for account, _ in each.second.accounts]
        known.update(accounts)
        if each.state == "active":
            customers[accounts[-1]].add(each.customer_id)
            counts[accounts[-1]] += 1
            totals[accounts[-1]] += each.last_price
    return {key: AccountExpected(len(customers[key]), counts[key], totals[key]) for key in known}


def _times(awaited: list[Awaited], *emits: str) -> int:
    return sum(each.times for each in awaited if set(each.emits) & set(emits))
