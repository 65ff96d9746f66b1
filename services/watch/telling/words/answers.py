"""What every service answers: refused, repeated, parked."""

from typing import Final

from contracts.messages import billing, fulfillment, orders
from contracts.values.immutable import Immutable
from services.watch.telling.part import Part
from services.watch.telling.phrase import Phrase, Phrases
from services.watch.telling.phrasing import NAMED, counted, listed
from services.watch.telling.told import Fate

MOST_CODES: Final = 20
"""Codes named in one line: a scan may be refused with 500."""


class _Refused(Immutable):
    code: str
    field: str


def _refusals(data: Part) -> list[_Refused]:
    return [_Refused(each.text("code"), each.text("field")) for each in data.parts("refusals")]


def _codes(data: Part) -> list[str]:
    return list(dict.fromkeys(each.code for each in _refusals(data)))[:MOST_CODES]


def _refused(data: Part) -> str:
    found = _refusals(data)
    some = ", ".join(f"{each.code} ({each.field})" if each.field else each.code for each in found[:NAMED])
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"request about {_whom(data)} refused: {some or 'no reason named'}{more}"


def _repeated(data: Part) -> str:
    outcome = data.text("outcome")
    came = "its answer is still to come" if outcome == "waiting" else f"it led to {outcome}"
    if codes := data.texts("codes"):
        came = f"{came}: {listed(codes)}"
    return f"request about {_whom(data)} was made before: {came}"


def _parked(data: Part) -> str:
    what = data.text("waits_for") or "something"
    request = short(data.text("request"))
    return f"{request} about {_whom(data)} waits for {what} {listed(data.texts('missing'))}".strip()


def _whom(data: Part) -> str:
    subject = data.text("subject")
    return "nobody" if subject.startswith("unaddressed:") else subject or "nobody"


def short(type_: str) -> str:
    """``OrderPlaced`` of ``leaseline.orders.OrderPlaced.v1``; anything else as it is."""
    parts = type_.split(".")
    return parts[2] if len(parts) == 4 and parts[0] == "leaseline" else type_


def _serials_refused(data: Part) -> str:
    rows = data.parts("serials")
    some = ", ".join(f"{row.serial()}: {row.text('code')}" for row in rows[:NAMED])
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    accepted = f", {counted(data.number('accepted'), 'other')} accepted" if data.number("accepted") else ""
    noun = "serial" if len(rows) == 1 else "serials"
    return f"{noun} refused for order {data.identifier('order_id')}: {some}{more}{accepted}"


def _serial_codes(data: Part) -> list[str]:
    return list(dict.fromkeys(row.text("code") for row in data.parts("serials")))[:MOST_CODES]


def _scan_parked(data: Part) -> str:
    serials = listed(data.serials("serials"), "serial")
    return f"scan of {serials} for order {data.identifier('order_id')} waits for its {data.text('waits_for')}"


_REFUSED: Final = Phrase(_refused, Fate.REFUSED, codes=_codes)
_REPEATED: Final = Phrase(_repeated, Fate.REPEATED, codes=lambda data: data.texts("codes")[:MOST_CODES])
_PARKED: Final = Phrase(_parked, Fate.PARKED)

PHRASES: Final[Phrases] = {
    orders.RequestRefused: _REFUSED,
    orders.RequestRepeated: _REPEATED,
    orders.RequestParked: _PARKED,
    fulfillment.RequestRefused: _REFUSED,
    fulfillment.RequestRepeated: _REPEATED,
    fulfillment.RequestParked: _PARKED,
    fulfillment.ItemFulfillmentRefused: Phrase(_serials_refused, Fate.REFUSED, codes=_serial_codes),
    fulfillment.ItemFulfillmentParked: Phrase(_scan_parked, Fate.PARKED),
    billing.RequestRefused: _REFUSED,
    billing.RequestRepeated: _REPEATED,
}
"""The answers, and the notices that one is still to come."""
