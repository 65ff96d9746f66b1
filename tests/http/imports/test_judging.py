"""A line is the request of its kind's single route, at the time that it says."""

from datetime import UTC, datetime

import pytest
from pydantic_core import from_json

from contracts.registry import MESSAGES
from contracts.wire.envelope import Opened, opened
from services.http.asking.intake import Intake
from services.http.callers.caller import Caller
from services.http.imports.job import LineResult
from services.http.imports.judging import take_line
from services.http.imports.kind import KINDS
from services.http.imports.line import ReadLine
from services.http.imports.reading import CsvLines, JsonLines, Reader

DOCK = Caller("dock", "Ada", frozenset(["scans:write"]))
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
THEN = datetime(2026, 5, 2, 7, 30, tzinfo=UTC)
SCANS = KINDS["scans"]


def taken(line: ReadLine, reader: Reader) -> Intake | LineResult:
    return take_line("fulfillment-1", SCANS, line, reader, DOCK, NOW, 8, "")


def of_json(text: str) -> Intake | LineResult:
    reader = JsonLines()
    (line,) = [*reader.feed(text.encode()), *reader.end()]
    return taken(line, reader)


def of_csv(text: str) -> Intake | LineResult:
    reader = CsvLines(SCANS.model)
    (line,) = [*reader.feed(text.encode()), *reader.end()]
    assert reader.unknown == ()
    return taken(line, reader)


def said(found: Intake | LineResult) -> tuple[datetime | None, object]:
    assert isinstance(found, Intake), found
    record = opened(found.record.value, found.record.headers, MESSAGES)
    assert isinstance(record, Opened)
    assert found.ignored == ()
    return record.time, from_json(found.record.value or b"")


def test_a_line_says_when_it_happened_and_its_request_knows_nothing_of_the_field() -> None:
    plain = {"order_id": "A-1", "sku": "CLOCK", "serials": ["SN-1"]}
    json = '{"order_id": "A-1", "sku": "CLOCK", "serials": ["SN-1"]%s}'
    assert said(of_json(json % "")) == (NOW, plain)
    assert said(of_json(json % ', "occurred_at": "2026-05-02T09:30:00+02:00"')) == (THEN, plain)
    assert said(of_json(json % ', "occurred_at": null')) == (NOW, plain)
    csv = "order_id,sku,serials,occurred_at\nA-1,CLOCK,SN-1,%s\n"
    assert said(of_csv(csv % "2026-05-02T07:30:00Z")) == (THEN, plain)
    assert said(of_csv(csv % "")) == (NOW, plain)


@pytest.mark.parametrize("time", ["yesterday", "2026-05-02", "2026-05-02T07:30:00", "02.05.2026 07:30"])
def test_what_is_no_time_is_refused_with_its_column(time: str) -> None:
    found = of_csv(f"order_id,sku,serials,occurred_at\nA-1,CLOCK,SN-1,{time}\n")
    assert isinstance(found, LineResult)
    (reason,) = found.reasons
    assert (found.state, reason.code, reason.column) == ("refused", "parameter_invalid", "occurred_at")
    assert "RFC 3339" in reason.detail


@pytest.mark.parametrize("time", ["1714636800", "true", '""', "{}"])
def test_what_is_no_text_is_no_time(time: str) -> None:
    found = of_json(f'{{"order_id": "A-1", "sku": "CLOCK", "serials": ["SN-1"], "occurred_at": {time}}}')
    assert isinstance(found, LineResult)
    assert (found.state, found.reasons[0].pointer) == ("refused", "/occurred_at")


def test_the_same_line_at_another_time_is_another_line() -> None:
    """Else a time that was corrected in the file would be answered as the line of before."""
    line = '{"order_id": "A-1", "sku": "CLOCK", "serials": ["SN-1"], "occurred_at": "2026-05-02T0'
    first, second = of_json(f'{line}7:30:00Z"}}'), of_json(f'{line}8:30:00Z"}}')
    assert isinstance(first, Intake)
    assert isinstance(second, Intake)
    assert (first.id, first.fingerprint == second.fingerprint) == (second.id, False)


def test_a_file_of_times_alone_has_no_request() -> None:
    reader = CsvLines(SCANS.model)
    with pytest.raises(Exception, match="file_invalid"):
        list(reader.feed(b"occurred_at\n2026-05-02T07:30:00Z\n"))
