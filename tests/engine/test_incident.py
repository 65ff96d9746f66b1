"""What a person on call finds in the log about one message: its ids, its codes, its address, and nobody's name."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

from structlog.testing import CapturingLogger

from contracts.messages.changes import OrderChangeRefused
from contracts.messages.fulfillment import ItemFulfillmentParked, ItemFulfillmentRefused, SerialRefused
from contracts.values.refusals import Code, refusal
from services.engine.core.incident import Incident, answered
from services.engine.core.message import Cause, Message, Origin
from services.engine.core.planning import Planning
from services.engine.core.service import Emit
from services.engine.runtime.journal import Journal
from tests.engine.batch import Shelf, asking, record
from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.log import MemoryRecord
from tests.engine.played import played
from tests.engine.simulation import tally

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _told(*records: MemoryRecord, shelf: Shelf | None = None) -> list[Incident]:
    return list((shelf or Shelf()).plan(records).incidents)


def _about(say: Emit) -> Mapping[str, object] | None:
    origin = Origin("tally.requests", 0, 3, 17, 1)
    message = Message(
        tally.AddRequested, None, (), None, "shop", "m-1", NOW, NOW, False, ("o-1",), 0, origin
    )  # fmt: skip
    incident = answered(say, message)
    return None if incident is None else {"event": incident.event, **incident.about}


def test_a_refusal_is_told_with_its_codes_fields_message_and_address() -> None:
    wrong = record(asking("AddRequested", {"counter": "c1", "amount": -1}, id="m-1"), 5)
    (incident,) = _told(wrong)
    assert (incident.event, incident.counted) == ("request.refused", False)
    assert incident.about == {
        "answer": "TallyRefused",
        "type": "AddRequested",
        "subject": "c1",
        "id": "m-1",
        "source": "shop",
        "address": "tally.requests/0/5",
        "codes": ["value_invalid"],
    }


def test_what_is_accepted_or_repeated_is_not_told() -> None:
    shelf = Shelf()
    right = record(asking("AddRequested", {"counter": "c1", "amount": 1}), 5)
    again = record(asking("AddRequested", {"counter": "c1", "amount": 1}), 6)
    shelf.save(shelf.plan([right]))
    assert _told(right, again, shelf=shelf) == []


def test_a_senseless_record_is_told_with_its_reason_and_address_and_nothing_that_stands_in_it() -> None:
    (incident,) = _told(record(b'{"customer": "anna@example.example"', 9, key=b"anna@example.example"))
    assert incident.event == "message.dead_letter"
    assert (incident.about["reason"], incident.about["address"]) == ("not_json", "tally.requests/0/9")
    assert "anna" not in json.dumps(dict(incident.about))
    assert not incident.counted


def test_a_record_that_was_passed_on_is_told_by_where_it_first_stood_and_where_it_was_found() -> None:
    headers = (("leaseline-origin", b"tally.requests|0|3|41|1700000000000"),)
    (incident,) = _told(record(b"{", 7, topic=tally.INTERNAL, headers=headers))
    assert (incident.about["address"], incident.about["found"]) == ("tally.requests/3/41", "tally.internal/0/7")


def test_the_serials_of_a_scan_are_told_by_their_codes_each_once() -> None:
    serials = tuple(
        SerialRefused(serial=f"S{number}", code=code, what_to_do="Put it back.")
        for number, code in enumerate((Code.SERIAL_IN_USE, Code.SERIAL_IN_USE, Code.SKU_MISMATCH))
    )
    about = _about(Emit(ItemFulfillmentRefused(order_id="o-1", serials=serials)))
    assert about is not None
    assert (about["subject"], about["codes"]) == ("o-1", ["serial_in_use", "sku_mismatch"])


def test_a_request_that_waits_is_told_with_what_it_waits_for() -> None:
    about = _about(Emit(ItemFulfillmentParked(order_id="o-1", serials=("S1",), waits_for="order", what_to_do="Wait.")))
    assert about is not None
    assert (about["event"], about["waits_for"], about["id"]) == ("request.waits", "order", "m-1")


def test_what_waited_is_told_by_the_request_and_by_what_decided_it() -> None:
    waited = Cause("scanner", "scan-7", "tally.requests/1/2")
    answer = tally.TallyRefused(subject="o-1", refusals=(refusal(Code.ORDER_NOT_FOUND),))
    about = _about(Emit(answer, waited))
    assert about is not None
    assert (about["source"], about["id"], about["address"]) == ("scanner", "scan-7", "tally.requests/1/2")
    assert about["decided_by"] == "tally.requests/3/17"


def test_a_code_is_told_with_its_field() -> None:
    refusals = (refusal(Code.FIELD_REQUIRED, "items"), refusal(Code.EMAIL_INVALID, "customer.email", "anna@@example"))
    about = _about(Emit(tally.TallyRefused(subject="o-1", refusals=refusals)))
    assert about is not None
    assert about["codes"] == ["field_required items", "email_invalid customer.email"]
    assert "anna" not in str(about)


def test_a_refused_change_is_told_by_its_code() -> None:
    about = _about(Emit(OrderChangeRefused(order_id="o-1", number=1, code=Code.NOTHING_OPEN)))
    assert about is not None
    assert about["codes"] == ["nothing_open"]


def test_no_incident_costs_anything_where_nothing_went_wrong() -> None:
    shelf = Shelf()
    right = record(asking("AddRequested", {"counter": "c1", "amount": 1}), 5)
    planning = Planning(tally.SERVICE, shelf.reader, [right], {0: shelf.checkpoints[0]})
    planning.work.put_loaded([("counters", "c1")], {})
    assert planning.decide() is None
    assert planning.incidents == []


class _Clock(MemoryClock):
    at = 0.0

    def monotonic(self) -> float:
        return self.at


def _lines(most: int | None, minutes: int = 1) -> list[tuple[str, str, Any]]:
    async def scene() -> list[tuple[str, str, Any]]:
        await asyncio.sleep(0)
        log, clock = CapturingLogger(), _Clock(Random(0))
        journal = Journal(log, clock, most)
        for _ in range(minutes):
            journal.write(Incident("request.refused", {"id": str(number)}) for number in range(5))
            journal.write([Incident("message.dead_letter", {"id": "ours"}, counted=True)])
            clock.at += 60.0
        return [(call.method_name, call.args[0], call.kwargs.get("count")) for call in log.calls]

    return played(scene)


def test_every_incident_is_a_line_and_what_should_have_been_decided_an_error() -> None:
    assert _lines(None) == [("info", "request.refused", None)] * 5 + [("error", "message.dead_letter", None)]


def test_a_senseless_record_is_a_warning() -> None:
    log = CapturingLogger()
    Journal(log, _Clock(Random(0))).write([Incident("message.dead_letter", {"reason": "not_json"})])
    assert [(call.method_name, call.kwargs) for call in log.calls] == [("warning", {"reason": "not_json"})]


def test_what_is_thinned_out_is_counted_and_what_should_have_been_decided_is_always_told() -> None:
    minute = [("info", "request.refused", None)] * 2 + [("error", "message.dead_letter", None)]
    assert _lines(2, 2) == [*minute, ("warning", "incidents.left_out", 3), *minute]
    assert _lines(0) == [("error", "message.dead_letter", None)]
