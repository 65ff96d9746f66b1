"""The clock, and what becomes due by it."""

from typing import Final

from contracts.messages import clock, fulfillment
from services.watch.telling.part import Part
from services.watch.telling.phrase import Phrases, internal
from services.watch.telling.words.answers import short


def _lane(data: Part) -> str:
    return f"lane {data.number('lane')}"


PHRASES: Final[Phrases] = {
    clock.ClockTicked: internal(lambda data: f"clock of {_lane(data)} ticked at {data.text('as_of')}"),
    clock.ClockPassed: internal(lambda data: f"clock of {_lane(data)} stands at {data.text('as_of')}"),
    clock.WaitingDue: internal(lambda data: f"requests of {_lane(data)} have waited long enough"),
    fulfillment.ParkedDue: internal(lambda data: f"parked scans of {_lane(data)} have waited long enough"),
    fulfillment.ContractsDue: internal(lambda data: f"contracts of {_lane(data)} end by {data.text('by')}"),
    fulfillment.SentOn: internal(
        lambda data: (
            f"{short(data.text('request'))} is sent on to order {data.identifier('order_id')}, which has the device"
        )
    ),
}
"""Those of time, and of what a service sends to itself because of it."""
