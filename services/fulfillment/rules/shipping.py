"""The parcel of a subscription's device becomes known after the scan."""

from functools import partial

from contracts.messages.life import ShipmentSubmitted, ShipmentTracked
from contracts.values.refusals import Code
from services.engine.core.document import replace
from services.fulfillment.rules.case import Answer, Became, Case, no


def track_shipment(case: Case, body: ShipmentSubmitted) -> Answer:
    """A later parcel takes the place of an earlier one, as with a replaced device."""
    if case.entry.state == "reversed":
        return no(Code.SUBSCRIPTION_REVERSED)
    became = replace(case.entry, carrier=body.carrier, tracking_number=body.tracking_number)
    return Became(became, partial(ShipmentTracked, at=case.time, actor=body.actor))
