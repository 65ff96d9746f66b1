"""Orders and scans for the stories: a workshop that rents laptops, bikes and chairs."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from contracts.messages.clock import ClockPassed
from contracts.messages.customers import CustomerSnapshot, Group
from contracts.messages.fulfillment import ItemFulfillmentRefused, ItemFulfillmentRequested, SubscriptionCreated
from contracts.messages.order import Hold, Item, Order
from contracts.messages.orders import HoldReleased, OrderConfirmed, OrderPlaced
from contracts.values.places import AddressSnapshot
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.engine.core.unit_of_work import BatchUnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.ledger import EntryPage, Ledger
from services.fulfillment.service import fulfillment
from services.fulfillment.settings import DEFAULTS, Settings
from tests.ledgers import joined
from tests.scene import NOON, Scene

PLACED = NOON - timedelta(days=1)
HOUR = 3_600_000
DAY = 24 * HOUR
ADA = CustomerSnapshot(
    id="ada", email="ada@engine.example", first_name="Ada", last_name="King", type="business", company_name="Engine Ltd"
)
STREET = AddressSnapshot(street="1 Analytical Row", city="London", postal_code="W1", country="GB")


def scene(settings: Settings = DEFAULTS) -> Scene:
    return Scene(fulfillment(settings))


def item(
    item_id: str = "1", sku: str = "LAPTOP", quantity: int = 1, months: int = 12, price: int | None = 4900
) -> Item:
    return Item(
        item_id=item_id,
        sku=sku,
        product_name=sku.title(),
        variant_name="Silver",
        catalog_version=1,
        months=months,
        quantity=quantity,
        unit_price=price,
        free=price == 0,
    )


def order(
    *items: Item,
    order_id: str = "o-1",
    held: bool = False,
    confirmed: datetime | None = None,
    cancelled: datetime | None = None,
    required: bool = False,
    test: bool = False,
    customer: CustomerSnapshot = ADA,
) -> Order:
    items = items or (item(),)
    return Order(
        order_id=order_id,
        customer=customer,
        group=Group(id="engines"),
        group_source="order",
        payer="group:engines",
        term="net_30",
        billing_address=STREET,
        items=items,
        currency="EUR",
        channel="shop",
        test=test,
        status="cancelled" if cancelled else "confirmed" if confirmed else "pending",
        holds=(Hold(reason="price_mismatch", item_id=items[0].item_id, expected=1, found=2),) if held else (),
        placed_at=PLACED,
        confirmed_at=confirmed,
        cancelled_at=cancelled,
        confirmation_required=required,
    )


def placed(*items: Item, version: int = 1, **how: Any) -> OrderPlaced:
    return OrderPlaced(version=version, order=order(*items, **how))


def confirmed(*items: Item, version: int = 2, **how: Any) -> OrderConfirmed:
    return OrderConfirmed(version=version, order=order(*items, confirmed=NOON, **how), actor="Grace")


def released(*items: Item, version: int = 2, **how: Any) -> HoldReleased:
    return HoldReleased(version=version, order=order(*items, **how), released="price_mismatch")


def scan(
    *serials: str,
    order_id: str = "o-1",
    item_id: str | None = "1",
    sku: str | None = None,
    start: date | None = None,
    carrier: str | None = None,
    tracking: str | None = None,
) -> ItemFulfillmentRequested:
    return ItemFulfillmentRequested(
        order_id=order_id,
        item_id=item_id,
        sku=sku,
        serials=serials,
        start_date=start,
        carrier=carrier,
        tracking_number=tracking,
    )


def passed(waited: int, as_of: datetime = NOON) -> ClockPassed:
    return ClockPassed(version=1 + waited, lane=0, as_of=as_of, waited=waited)


def created(bodies: Iterable[Body]) -> list[SubscriptionCreated]:
    return [b for b in bodies if isinstance(b, SubscriptionCreated)]


def serials(bodies: Iterable[Body]) -> list[str]:
    return [b.subscription.serial for b in created(bodies)]


def refused(bodies: Iterable[Body]) -> list[tuple[str, Code]]:
    answers = [b for b in bodies if isinstance(b, ItemFulfillmentRefused)]
    return [(s.serial, s.code) for answer in answers for s in answer.serials]


def ledger(stage: Scene, order_id: str = "o-1") -> Ledger:
    """The order's ledger with all its subscriptions."""
    return ledgers(stage)[order_id]


def ledgers(stage: Scene) -> dict[str, Ledger]:
    """The same of every order."""
    return joined(stage.all_of(Ledger), stage.all_of(EntryPage))


def asset(stage: Scene, serial: str) -> Asset:
    return stage.document(Asset, serial)


def in_one_batch(stage: Scene, *bodies: Body) -> list[Body]:
    """Lets the service decide several messages in one batch; what it says at the end of the batch comes last."""
    work = BatchUnitOfWork(1, stage.service.collections, {0: stage.clock})
    messages = []
    for body in bodies:
        stage.offset += 1
        id_ = f"m{stage.offset}"
        messages.append(stage._message(type(body), body, id_, "shop", NOON, NOON + timedelta(seconds=1)))
    for message in messages:
        stage._load(work, *work.lacks(stage.service.prefetch(message)))
    for message in messages:
        stage._load(work, *work.lacks(stage.service.prefetch_related(message, work)))
    emits = [say for message in messages for say in stage._one(work, message).emits]
    emits += stage.batch_end_kinds(work, messages[-1])
    stage.said += emits
    return [say.body for say in emits]
