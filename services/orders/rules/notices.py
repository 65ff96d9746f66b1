"""The notices that a request waits: said at once, so that a slip in an order id or a SKU is seen at once."""

from datetime import datetime

from contracts.messages.answers import AwaitedThing
from contracts.messages.orders import RequestParked
from services.engine.core.message import Message
from services.engine.core.service import Emit
from services.orders.settings import Settings

_ORDER = (
    "Nothing if the order is on its way: this is decided when it arrives. Else check the order id and send the "
    "request again with the right one."
)
_CANCELLATION = (
    "Nothing if the order is on its way: it will be created cancelled. Else check the order id and send the request "
    "again with the right one."
)

_VARIANT = (
    "Nothing if the variant is on its way to the catalog: the order is decided when it comes. Else submit the variant, "
    "or send the order again with the right SKU."
)


def waits_for_order(message: Message, settings: Settings) -> Emit:
    """A request about an order that is not there: it waits, and is refused if the order does not come in time."""
    return _emit_parked(message, "order", (message.subject,), _ORDER, message.recorded + settings.parked_for)


def cancels_when_it_comes(message: Message) -> Emit:
    """A cancellation of an order that is not there: remembered for ever."""
    return _emit_parked(message, "order", (message.subject,), _CANCELLATION)


def waits_for_variants(message: Message, skus: tuple[str, ...], settings: Settings) -> Emit:
    """A submission with SKUs that the catalog does not know: it waits, and is refused if they do not come in time."""
    return _emit_parked(message, "variant", skus, _VARIANT, message.recorded + settings.unknown_sku_for)


def _emit_parked(
    message: Message,
    waits_for: AwaitedThing,
    missing: tuple[str, ...],
    what_to_do: str,
    until: datetime | None = None,
) -> Emit:
    body = RequestParked(
        subject=message.subject,
        request=message.model.type_name(),
        waits_for=waits_for,
        missing=missing,
        until=until,
        what_to_do=what_to_do,
    )
    return Emit(body, cause=message.cause)
