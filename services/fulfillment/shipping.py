"""The parcel of a subscription's device becomes known after the scan."""

from functools import partial

from contracts.life import ShipmentSubmitted, ShipmentTracked
from contracts.refusals import Code
from services.engine.kept import revised
from services.fulfillment.case import Answer, Became, Case, no


def shipped(case: Case, body: ShipmentSubmitted) -> Answer:
    """A later parcel takes the place of an earlier one, as with a replaced device."""
    if case.entry.state == "reversed":
        return no(Code.SUBSCRIPTION_REVERSED)
    became = revised(case.entry, carrier=body.carrier, tracking_number=body.tracking_number)
    return Became(became, partial(ShipmentTracked, at=case.time, actor=body.actor))
