"""All of RFC 3339 is a time; only a wrong one makes a clock suspect. Rule: ``docs/domain.md`` section 5."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values.timestamp import instant
from services.engine.core.message import message_time

HALF_PAST = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
LAST = datetime(2016, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-10-31T23:30:00z", HALF_PAST),
        ("2026-10-31t23:30:00Z", HALF_PAST),
        ("2026-10-31t23:30:00.000z", HALF_PAST),
        ("2026-10-31 23:30:00Z", HALF_PAST),
        ("2026-11-01T05:00:00.0+05:30", HALF_PAST),
        ("2026-10-31T23:30:00-00:00", HALF_PAST),
        (" 2026-10-31T23:30:00Z\n", HALF_PAST),
        ("2026-10-31T23:30:00.1Z", HALF_PAST.replace(microsecond=100_000)),
        ("2026-10-31T23:30:00.123456789Z", HALF_PAST.replace(microsecond=123_000)),
        ("2026-10-31T23:30:00." + "9" * 60 + "Z", HALF_PAST.replace(microsecond=999_000)),
        ("2016-12-31T23:59:60Z", LAST),
        ("2016-12-31t23:59:60.5z", LAST),
        ("2017-01-01T00:59:60+01:00", LAST),
        ("2016-12-31T15:59:60.123-08:00", LAST),
    ],
)
def test_every_form_of_rfc_3339_is_read(text: str, time: datetime) -> None:
    assert instant(text) == time


@pytest.mark.parametrize(
    "text", ["2026-10-31T23:30:61Z", "2026-10-31T24:30:00Z", "2026-10-32T23:30:00Z", "2026-10-31T23:60:00Z",
             "2026-10-31T23:30:00+24:00", "2026-10-31T23:30:00+01:60", "2026-10-31T23:30:00",
             "\u0662026-10-31T23:30:00Z"]
)  # fmt: skip
def test_what_is_no_time_is_none(text: str) -> None:
    assert instant(text) is None


@given(
    st.datetimes(HALF_PAST.replace(year=2, tzinfo=None), HALF_PAST.replace(year=9998, tzinfo=None)),
    st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    st.booleans(),
)
def test_what_a_calendar_writes_is_read_as_the_same(moment: datetime, zone: timezone, lower: bool) -> None:
    time = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=zone)
    text = time.isoformat()

    assert instant(text.lower() if lower else text) == time


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    found = instant(text)
    assert found is None or found.tzinfo is UTC


def test_a_missing_time_is_the_records_and_nobodys_fault() -> None:
    assert message_time(None, HALF_PAST) == (HALF_PAST, False)


@pytest.mark.parametrize("claimed", [None, HALF_PAST + timedelta(hours=25), datetime(1969, 12, 31, tzinfo=UTC)])
def test_a_wrong_time_is_suspect(claimed: datetime | None) -> None:
    assert message_time(claimed, HALF_PAST, unreadable=claimed is None) == (HALF_PAST, True)
