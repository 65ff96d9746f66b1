"""What can be imported: each kind is one request of the contracts, a line of a file is one of them."""

from collections.abc import Mapping
from typing import Final

from contracts.messages.assets import AssetReceived
from contracts.messages.catalog import VariantSubmitted
from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.orders import OrderSubmitted
from contracts.values.immutable import Immutable
from contracts.wire.message import Request


class Kind(Immutable):
    """``model``: what a line is; ``scope``: what its single route asks for. ``actor``: the field that names who asks.
    ``made``: a field that is made up where the line leaves it out, with how it begins. ``attributed``: whether it can
    be told from which source it came; if not, it is not for keys that are bound to one.
    """

    name: str
    model: type[Request]
    scope: str
    actor: str | None = None
    made: tuple[str, str] | None = None
    attributed: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    each.name: each
    for each in (
        Kind("orders", OrderSubmitted, "orders:write", made=("order_id", "o-"), attributed=True),
        Kind("catalog", VariantSubmitted, "catalog:write"),
        Kind("devices", AssetReceived, "scans:write", actor="actor"),
        Kind("scans", ItemFulfillmentRequested, "scans:write"),
    )
}
"""Every kind by its name."""
