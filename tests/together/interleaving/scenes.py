"""The scenes: which requests meet one another about one order of clocks."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from contracts.messages.changes import (
    BillingChange,
    HoldRejectionRequested,
    HoldReleaseRequested,
    ItemChanged,
    ItemsChange,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.messages.clock import ClockTicked
from contracts.messages.customers import Group
from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.life import ReversalRequested
from contracts.wire.encoding import encoded
from contracts.wire.message import Body
from services.billing.service import billing
from services.engine.core.service import LaneClock
from services.fulfillment.service import fulfillment
from services.orders.service import orders
from services.orders.settings import Settings
from tests.orders.shop import ACME, CLOCK, confirm, item, order, price, variant
from tests.scene import NOON
from tests.together.interleaving.machine import Document, Machine, Wire
from tests.together.interleaving.walk import Asking, asked

NAME = "o-1"
DEPLOYED = Settings()
TICKING = Settings(tick_at_most=timedelta(minutes=6), tick_ahead_at_most=timedelta(minutes=6))
"""One tick moves the waiting clock beyond the time at which an open change is proposed again."""
CONFIRMING = Settings(confirmation_required=True)
SERVICES = ("orders", "fulfillment", "billing")


def _submitted(quoted: int | None = None) -> Body:
    return order(item(CLOCK, 2, quoted=quoted), customer=ACME, group=Group(id="a"), id=NAME)


def _edit(quantity: int, group: str) -> Body:
    return OrderAmendmentRequested(
        order_id=NAME,
        billing=BillingChange(group=Group(id=group)),
        items=ItemsChange(change=(ItemChanged(item_id="1", quantity=quantity),)),
        actor="Grace",
    )


def _scan(serial: str) -> Body:
    return ItemFulfillmentRequested(order_id=NAME, item_id="1", serials=(serial,))


def _cancel(reason: str) -> Body:
    return OrderCancellationRequested(order_id=NAME, actor="Grace", reason=reason)


REQUESTS: dict[str, Body] = {
    "order": _submitted(),
    "held order": _submitted(quoted=990),
    "confirm": confirm(NAME),
    "cancel": _cancel("changed their mind"),
    "cancel again": _cancel("asked twice"),
    "edit": _edit(1, "b"),
    "edit more": _edit(3, "c"),
    "scan": _scan("A"),
    "scan more": _scan("B"),
    "short-close": ShortCloseRequested(order_id=NAME, actor="Grace", reason="enough"),
    "payer": PayerChangeRequested(order_id=NAME, group=Group(id="d"), actor="Grace", reason="moved"),
    "reversal": ReversalRequested(subscription_id=f"{NAME}/1", actor="Grace", reason="wrong box"),
    "tick": ClockTicked(lane=0, as_of=NOON + timedelta(minutes=6)),
    "reject": HoldRejectionRequested(order_id=NAME, actor="Grace", reason="too cheap"),
    "release": HoldReleaseRequested(order_id=NAME, price="quoted", actor="Grace", reason="promised"),
}
"""What may be asked, by its name, which is also its id."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Requests that arrive in every order."""

    name: str
    requests: tuple[str, ...]
    settings: Settings = DEPLOYED


SCENES = (
    Scene("scan x cancel", ("order", "cancel", "scan")),
    Scene("confirm x edit x scan", ("order", "confirm", "edit", "scan")),
    Scene("confirm x cancel x scan x reversal", ("order", "confirm", "cancel", "scan", "reversal")),
    Scene("scan x edit", ("order", "edit", "scan")),
    Scene("cancel x edit x scan", ("order", "cancel", "edit", "scan")),
    Scene("two scans x short-close x cancel", ("order", "scan", "scan more", "short-close", "cancel")),
    Scene("held: release x cancel x scan", ("held order", "release", "cancel", "scan")),
    Scene("held: release x edit x scan", ("held order", "release", "edit", "scan")),
    Scene("reversal x two cancels x scan", ("order", "scan", "reversal", "cancel", "cancel again")),
    Scene("two edits x scan x cancel", ("order", "edit", "edit more", "scan", "cancel")),
    Scene("held: release x edit x cancel x scan", ("held order", "release", "edit", "cancel", "scan")),
    Scene("payer x scan x cancel", ("order", "payer", "scan", "cancel")),
    Scene("payer x scan x reversal x scan", ("order", "payer", "scan", "reversal", "scan more")),
    Scene("short-close x scan x reversal x edit", ("order", "short-close", "scan", "reversal", "edit")),
    Scene("proposed again: tick x cancel x scan", ("order", "cancel", "scan", "tick"), TICKING),
    Scene("proposed again: tick x edit x scan", ("order", "edit", "scan", "tick"), TICKING),
    Scene("to be confirmed: confirm x cancel x scan", ("order", "confirm", "cancel", "scan"), CONFIRMING),
    Scene("held: reject x scan x edit", ("held order", "reject", "scan", "edit")),
)
"""Each with one late duplicate of any message."""


@cache
def stage(settings: Settings) -> tuple[Machine, tuple[int, ...]]:
    """A machine for all walks under these settings."""
    return opened(settings)


def opened(settings: Settings) -> tuple[Machine, tuple[int, ...]]:
    """A machine that nobody used yet, and what its services keep before anybody asks: a catalog with a clock."""
    machine = Machine((orders(settings), fulfillment(), billing()))
    kept = tuple(machine.kept(Document(clock=LaneClock(NOON))) for _ in SERVICES)
    offered = _record(variant(CLOCK, price(12, 1000)), "catalog")
    shop, _ = machine.hears(0, kept[0], (machine.wire(Wire("catalog.requests", offered, offset=1)),))
    return machine, (shop, *kept[1:])


def asking(machine: Machine, scene: Scene) -> tuple[Asking, ...]:
    """The scene's requests on the wire."""
    bodies = [(name, REQUESTS[name]) for name in scene.requests]
    return asked(machine, [(name, body.topic, _record(body, name)) for name, body in bodies])


def _record(body: Body, id_: str) -> bytes:
    return encoded(body, id=id_, source="sender", time=NOON)
