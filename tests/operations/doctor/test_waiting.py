"""What waits for too long, written into real databases as the services write it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.messages.changes import OrderCancellationRequested
from installation import SERVICES
from operations.doctor import waiting
from operations.doctor.looking import Group, Look
from operations.doctor.waiting import standing_clocks
from services.engine.core.answer import answer_id
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import stored_form
from services.engine.core.service import LaneClock
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.documents.request import Parked as ParkedScan
from services.fulfillment.documents.request import Scan
from services.orders.documents.awaited import AwaitedOrder, Parked
from services.orders.documents.change_line import ChangeLine, OpenChange
from services.orders.documents.party import Billing
from tests.operations.doctor.ward import QUICK, Ward
from tests.stored.filling import filled

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def _now() -> float:
    return NOW.timestamp()


def _parked(ago: timedelta) -> Parked:
    body = OrderCancellationRequested(order_id="o-1", actor="Ada", reason="twice")
    at = NOW - ago
    return Parked(
        type=type(body).type_name(),
        body=body.model_dump_json(),
        source="clerk",
        id="c1",
        time=at,
        clock_suspect=False,
        topic="orders.requests",
        incarnation=0,
        partition=1,
        offset=7,
        timestamp=int(at.timestamp() * 1000),
        due=1,
    )


def _scan(ago: timedelta) -> Scan:
    at = NOW - ago
    return Scan(who=b"w", source="s", id="1", address="a", time=at, recorded=at, suspect=False, serials=("A",))


async def _found(ward: Ward, check: str) -> dict[str, str]:
    found = await ward.findings(check, on=ward.ground(QUICK, now=_now))
    return {each.name: each.what for each in found.values()}


@pytest.mark.parametrize(("hours", "told"), [(23, False), (25, True)])
async def test_a_request_that_waits_for_an_order(ward: Ward, hours: int, told: bool) -> None:
    parked = (_parked(timedelta(hours=hours)), _parked(timedelta(hours=1)))
    awaited = AwaitedOrder(lane=1, due=5, parked=parked)
    ward.of("orders")["awaited_orders"].insert_one({"_id": "o-1", **stored_form(awaited)})
    ward.of("orders")["awaited_orders"].insert_one({"_id": "o-2", **stored_form(AwaitedOrder(lane=1))})
    expected = {"waiting.parked": "2 requests parked in orders, the oldest for 25.0 hours"} if told else {}
    assert await _found(ward, "waiting") == expected


@pytest.mark.parametrize(("hours", "told"), [(23, False), (60, True)])
async def test_a_scan_that_waits_for_an_order(ward: Ward, hours: int, told: bool) -> None:
    parked = ParkedScan(scan=_scan(timedelta(hours=hours)), size=10, until=1)
    ward.of("fulfillment")["ledgers"].insert_one({"_id": "o-1", **stored_form(Ledger(lane=1, due=1, parked=(parked,)))})
    expected = {"waiting.parked": "1 request parked in fulfillment, the oldest for 2 days"} if told else {}
    assert await _found(ward, "waiting") == expected


@pytest.mark.parametrize(("minutes", "told"), [(4, False), (6, True)])
async def test_a_change_that_stays_open(ward: Ward, minutes: int, told: bool) -> None:
    change = OpenChange(number=1, request=_parked(timedelta(minutes=minutes)), items=(), billing=filled(Billing))
    ward.of("orders")["change_lines"].insert_one({"_id": "o-1", **stored_form(ChangeLine(lane=1, due=9, open=change))})
    expected = {"waiting.change": "1 change open, the oldest for 6 min"} if told else {}
    assert await _found(ward, "waiting") == expected


def _http(minutes: int, id_: str) -> dict[str, Any]:
    return {"_id": id_, "source": "http:shop", "message_id": id_, "created": NOW - timedelta(minutes=minutes)}


async def test_a_request_over_http_that_nobody_answered(ward: Ward) -> None:
    requests = ward.of("billing")["requests"]
    requests.insert_one({**_http(9, "answered"), "due": NOW})
    ward.of("billing")["answers"].insert_one({"_id": answer_id("http:shop", "answered"), "state": "done"})
    requests.insert_one(_http(9, "noted"))  # it is answered, and that is noted
    requests.insert_one({**_http(4, "young"), "due": NOW})
    assert await _found(ward, "requests") == {}
    requests.insert_one({**_http(6, "old"), "due": NOW + timedelta(minutes=9)})
    assert await _found(ward, "requests") == {
        "requests.unanswered": "1 request of billing without an answer, the oldest for 6 min"
    }


@pytest.mark.parametrize(("minutes", "owned", "told"), [(4, {2}, False), (6, {2}, True), (6, {1}, False)])
def test_a_clock_that_stands(minutes: int, owned: set[int], told: bool) -> None:
    groups = {name: Group(name, "Stable", 1, frozenset(owned), frozenset()) for name in SERVICES}
    lane = Checkpoint(2, clock=LaneClock(NOW - timedelta(minutes=minutes)))
    never = Checkpoint(1)
    found = standing_clocks(Look(0.0, groups, {}, {"orders": {1: never, 2: lane}}, {}), _now(), 300.0)
    assert [each.what for each in found] == (["the clock stands in lanes of orders (2), for 6 min"] if told else [])


def test_every_finding_about_waiting_is_tried() -> None:
    symptoms = (*waiting.OF_PARKED, *waiting.OF_CLOCK, *waiting.OF_REQUESTS)
    told = {"waiting.parked", "waiting.change", "waiting.clock", "requests.unanswered"}
    assert {symptom.name for symptom in symptoms} == told
