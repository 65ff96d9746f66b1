"""What clerks ask of an order, and fulfillment's answers to what orders proposes."""

from typing import Any

from contracts.messages.changes import (
    BillingChange,
    ContactChange,
    HoldRejectionRequested,
    HoldReleaseRequested,
    ItemChanged,
    ItemsChange,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderChangeAccepted,
    OrderChangeProposed,
    OrderChangeRefused,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.messages.customers import Group
from contracts.messages.order import Item
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.orders.documents.change_line import ChangeLine
from tests.scene import Scene, only


def amend(order_id: str = "o-1", **given: Any) -> OrderAmendmentRequested:
    return OrderAmendmentRequested(order_id=order_id, actor="Grace", **given)


def contact(**given: Any) -> OrderAmendmentRequested:
    return amend(contact=ContactChange(**given))


def billing(**given: Any) -> OrderAmendmentRequested:
    clear = given.pop("clear", ())
    return amend(billing=BillingChange(**given) if given else None, clear=clear)


def edit(*changed: ItemChanged, add: tuple[Any, ...] = (), remove: tuple[str, ...] = (), **more: Any) -> Any:
    return amend(items=ItemsChange(add=add, change=changed, remove=remove), **more)


def cancel(order_id: str = "o-1", reason: str = "ordered twice") -> OrderCancellationRequested:
    return OrderCancellationRequested(order_id=order_id, actor="Grace", reason=reason)


def close(item_id: str | None = None) -> ShortCloseRequested:
    return ShortCloseRequested(order_id="o-1", item_id=item_id, actor="Grace", reason="out of production")


def move(group: Group | None) -> PayerChangeRequested:
    return PayerChangeRequested(order_id="o-1", group=group, actor="Grace", reason="sold")


def release(price: Any = "quoted", item_id: str | None = None) -> HoldReleaseRequested:
    return HoldReleaseRequested(order_id="o-1", price=price, item_id=item_id, actor="Grace", reason="agreed")


def reject() -> HoldRejectionRequested:
    return HoldRejectionRequested(order_id="o-1", actor="Grace", reason="a typing error")


def proposed(said: list[Body]) -> OrderChangeProposed:
    return only(said, OrderChangeProposed)


def accepted(
    proposal: OrderChangeProposed, *, version: int = 1, counts: dict[str, tuple[int, int]] | None = None
) -> OrderChangeAccepted:
    """As fulfillment answers; ``counts`` are (taken, cancelled) by item."""
    counts = counts or {}

    def counted(item: Item) -> Item:
        gone = item.quantity if proposal.change == "cancellation" else 0
        taken, cancelled = counts.get(item.item_id, (0, gone))
        return item.model_copy(update={"taken": taken, "cancelled": cancelled})

    return OrderChangeAccepted(
        version=version,
        order_id=proposal.order_id,
        number=proposal.number,
        change=proposal.change,
        items=tuple(map(counted, proposal.items)),
        billing=proposal.billing,
    )


def declined(proposal: OrderChangeProposed, code: Code, *item_ids: str) -> OrderChangeRefused:
    return OrderChangeRefused(order_id=proposal.order_id, number=proposal.number, code=code, item_ids=item_ids)


def agreed(shop: Scene, request: Body, *, version: int = 1, **how: Any) -> list[Body]:
    """A request whose proposal fulfillment accepts at once: what is said in the end."""
    return shop.hears(accepted(proposed(shop.hears(request)), version=version, **how), source="leaseline/fulfillment")


def open_changes(shop: Scene, order_id: str = "o-1") -> list[int]:
    """How many changes wait behind the open one; empty: none is open."""
    if ("change_lines", order_id) not in shop.documents:
        return []
    return [len(shop.document(ChangeLine, order_id).waiting)]
