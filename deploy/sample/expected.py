"""What must come of the plan, counted from the plan itself: the tables that the demo compares with what was said."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts import fulfillment, orders
from contracts.fulfillment import ItemFulfillmentParked
from contracts.orders import NoteAdded, OrderSubmitted
from contracts.values import AT_ONCE
from deploy.sample import catalog, northwind
from deploy.sample.outbound import Awaited
from deploy.sample.waves import Plan, plan, waves

_REPEATED = (fulfillment.RequestRepeated.type_name(), orders.RequestRepeated.type_name())


@dataclass(frozen=True, slots=True)
class AccountKey:
    """What makes a billing account: payer, term in force, currency, test mark."""

    payer: str
    term: str
    currency: str
    test: bool


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
    or serials have it. ``parked`` counts the notices of scans, ``waiting`` the scans that wait in the end, ``on_hold``
    the orders that are held in the end (they are pending in ``orders_by_status``).
    """

    records: int
    orders_submitted: int
    orders_placed: int
    orders_by_status: Mapping[str, int]
    on_hold: int
    units: int
    subscriptions: int
    subscriptions_by_length: Mapping[int, int]
    refusals_by_code: Mapping[str, int]
    repeated: int
    parked: int
    waiting: int
    notes: int
    variants: int
    default_groups: int
    dead_letters: int
    currencies: tuple[str, ...]
    accounts: Mapping[AccountKey, AccountExpected]


def summary() -> Summary:
    """The counts of the whole sample."""
    drawn, sent = plan(), waves()
    awaited = [each for wave in sent for each in wave.awaited]
    placed = [*(each.order for each in drawn.orders), *(each.order for each in drawn.held)]
    devices = list(_devices(drawn))
    statuses = Counter([*(each.status for each in drawn.orders), *(each.status for each in drawn.held)])
    return Summary(
        records=sum(len(wave.records) for wave in sent),
        orders_submitted=sum(r.type == OrderSubmitted.type_name() for wave in sent for r in wave.records),
        orders_placed=len(placed),
        orders_by_status=dict(sorted(statuses.items())),
        on_hold=sum(each.on_hold for each in drawn.held),
        units=sum(order.units for order in placed),
        subscriptions=sum(each.count for each in devices),
        subscriptions_by_length=_by_length(devices),
        refusals_by_code=dict(sorted(Counter(code for each in awaited for code in each.codes).items())),
        repeated=_times(awaited, *_REPEATED),
        parked=_times(awaited, ItemFulfillmentParked.type_name()),
        waiting=sum(each.on_hold and each.scan is not None for each in drawn.held),
        notes=_times(awaited, NoteAdded.type_name()),
        variants=len(catalog.variants()),
        default_groups=len(northwind.default_groups()),
        dead_letters=sum(wave.dead_letters for wave in sent),
        currencies=tuple(sorted({order.body.currency for order in placed})),
        accounts=_accounts(devices),
    )


@dataclass(frozen=True, slots=True)
class _Devices:
    """The taken units of one item."""

    order: orders.OrderSubmitted
    sku: str
    months: int
    count: int


def _devices(drawn: Plan) -> Iterator[_Devices]:
    for each in drawn.orders:
        for item, taken in zip(each.order.body.items, each.taken, strict=True):
            if taken:
                yield _Devices(each.order.body, item.sku, item.months, taken)
    for waiting in drawn.held:
        if waiting.scan is not None and not waiting.on_hold:
            item = waiting.scan.item
            yield _Devices(waiting.order.body, item.sku, item.months, len(waiting.scan.serials))


def _by_length(devices: list[_Devices]) -> Mapping[int, int]:
    found: Counter[int] = Counter()
    for each in devices:
        found[each.months] += each.count
    return dict(sorted(found.items()))


def _accounts(devices: list[_Devices]) -> Mapping[AccountKey, AccountExpected]:
    prices, defaults = catalog.price_list(), northwind.default_groups()
    customers: defaultdict[AccountKey, set[str]] = defaultdict(set)
    counts: Counter[AccountKey] = Counter()
    totals: Counter[AccountKey] = Counter()
    for each in devices:
        order = each.order
        customer_id = order.customer.id
        assert customer_id is not None, "every order of the sample names its customer"
        individual = order.customer.type == "individual"
        group = order.group or (None if individual else defaults.get(customer_id))
        key = AccountKey(
            f"group:{group.id}" if group is not None else f"customer:{customer_id}",
            AT_ONCE if order.term is None else order.term,
            order.currency,
            order.test,
        )
        customers[key].add(customer_id)
        counts[key] += each.count
        totals[key] += each.count * prices[each.sku, each.months, order.currency]
    return {key: AccountExpected(len(customers[key]), counts[key], totals[key]) for key in counts}


def _times(awaited: list[Awaited], *says: str) -> int:
    return sum(each.times for each in awaited if set(each.says) & set(says))
