"""The life of a subscription: what is asked of it, and what it became."""

from collections.abc import Callable
from typing import Final

from contracts.messages import fulfillment, life
from services.watch.telling.part import Part
from services.watch.telling.phrase import Phrases, asked, said
from services.watch.telling.phrasing import amount, spoken, subscription_or_serial


def _asks(what: Callable[[Part, str], str]) -> Callable[[Part], str]:
    return lambda data: what(data, subscription_or_serial(data))


def _cancellation(data: Part, it: str) -> str:
    day = data.text("on")
    why = spoken(data.text("reason_code"))
    return f"cancellation of {it} asked for{f', last day {day}' if day else ''}: {why}"


def _extension(data: Part, it: str) -> str:
    price = data.part("price")
    at = f" at {amount(price.number('amount'), price.text('currency'))} a month" if data.has("price") else ""
    return f"extension of {it} by {data.number('months')} months asked for{at}"


def _shipment(data: Part, it: str) -> str:
    return f"parcel of {it} sent with {data.text('carrier')}"


def _of(data: Part) -> str:
    return f"subscription {data.part('subscription').subscription()}"


def _created(data: Part) -> str:
    contract = data.part("subscription")
    prices = contract.parts("prices")
    monthly = amount(prices[0].number("amount"), contract.text("currency")) if prices else "nothing"
    return (
        f"{_of(data)} created: serial {contract.serial()}, {contract.text('sku')}, {contract.number('months')} months "
        f"from {contract.text('start_date')}, {monthly} a month"
    )


def _cancelled(data: Part) -> str:
    contract = data.part("subscription")
    why = spoken(contract.text("cancellation_reason"))
    return f"{_of(data)} cancelled, last day {contract.text('cancelled_on')}: {why}"


def _extended(data: Part) -> str:
    contract = data.part("subscription")
    return f"{_of(data)} extended by {data.number('extended_by')} months, ends before {contract.text('ends_before')}"


def _payer_changed(data: Part) -> str:
    payers = data.part("subscription").parts("payers")
    payer = payers[-1].text("payer") if payers else "nobody"
    return f"{_of(data)} is billed to {payer} from {data.text('from_date')} on"


def _serial_corrected(data: Part) -> str:
    serial = data.part("subscription").serial()
    return f"{_of(data)} has serial {serial}: {data.serial('old_serial')} was mistyped"


def _replaced(data: Part) -> str:
    serial = data.part("subscription").serial()
    return f"{_of(data)} got device {serial} for {data.serial('old_serial')}"


PHRASES: Final[Phrases] = {
    life.SubscriptionCancellationRequested: asked(_asks(_cancellation)),
    life.CancellationWithdrawalRequested: asked(
        _asks(lambda _, it: f"withdrawal of the cancellation of {it} asked for")
    ),
    life.ExtensionRequested: asked(_asks(_extension)),
    life.SerialCorrectionRequested: asked(
        _asks(lambda data, it: f"correction of the serial of {it} to {data.serial('new_serial')} asked for")
    ),
    life.ReplacementRequested: asked(
        _asks(lambda data, it: f"replacement of the device of {it} by {data.serial('new_serial')} asked for")
    ),
    life.ReturnSubmitted: asked(_asks(lambda data, it: f"device of {it} came back, {data.text('condition')}")),
    life.ReturnWithdrawalRequested: asked(_asks(lambda _, it: f"withdrawal of the return of {it} asked for")),
    life.ReversalRequested: asked(_asks(lambda _, it: f"reversal of {it} asked for")),
    life.ShipmentSubmitted: asked(_asks(_shipment)),
    fulfillment.SubscriptionCreated: said(_created),
    life.SubscriptionCancelled: said(_cancelled),
    life.CancellationWithdrawn: said(
        lambda data: f"cancellation of {_of(data)} withdrawn, its last day was to be {data.text('withdrawn_day')}"
    ),
    life.SubscriptionExtended: said(_extended),
    life.SubscriptionEnded: said(lambda data: f"{_of(data)} ended"),
    life.SubscriptionReversed: said(lambda data: f"{_of(data)} reversed: it counts as never created"),
    life.SubscriptionPayerChanged: said(_payer_changed),
    life.SerialCorrected: said(_serial_corrected),
    life.DeviceReplaced: said(_replaced),
    life.AssetReturned: said(
        lambda data: f"device {data.serial()} of {_of(data)} came back, {data.text('returned_condition')}"
    ),
    life.ReturnWithdrawn: said(lambda data: f"device {data.serial()} of {_of(data)} did not come back after all"),
    life.ShipmentTracked: said(
        lambda data: f"parcel of {_of(data)} is known, sent with {data.part('subscription').text('carrier')}"
    ),
}
"""Those of subscriptions."""
