"""What is wanted of all that is said, and in which order it is shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.watching.line import Lines
from operations.watching.moments import moment, span
from operations.watching.ordering import Newest, Ordering, order_of
from operations.watching.wanted import (
    NothingSuch,
    Wanted,
    fates_named,
    near_code,
    serials_named,
    topics_named,
    types_named,
)
from services.watch.telling.tell import tell
from services.watch.telling.told import Fate
from tests.watch.consumed import all_examples, consumed, example

NOW = datetime(2026, 11, 28, 14, 2, 30, tzinfo=UTC)
TOLD = [tell(record) for _, record in all_examples()]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("30m", NOW - timedelta(minutes=30)),
        ("3 d", NOW - timedelta(days=3)),
        ("14:02", datetime(2026, 11, 28, 14, 2, tzinfo=UTC)),
        ("14:03", datetime(2026, 11, 27, 14, 3, tzinfo=UTC)),
        ("2026-11-28", datetime(2026, 11, 28, tzinfo=UTC)),
        ("2026-11-28T15:02+01:00", datetime(2026, 11, 28, 14, 2, tzinfo=UTC)),
    ],
)
def test_a_moment_is_named_as_people_do(text: str, meant: datetime) -> None:
    assert moment(text, NOW) == meant


@pytest.mark.parametrize("text", ["", "yesterday", "25:00", "2h ago", "-1h", "2026-13-01"])
def test_what_is_no_moment_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no moment"):
        moment(text, NOW)


def test_a_span_names_days_only_where_they_differ() -> None:
    assert span(NOW - timedelta(hours=2), NOW) == "12:02-14:02"
    assert span(NOW - timedelta(days=1), NOW) == "2026-11-27 14:02 - 2026-11-28 14:02"
    assert span(None, NOW) == "all that the log keeps until 14:02"


def types(wanted: Wanted) -> set[str]:
    return {told.type for told in TOLD if wanted.wants(told)}


def test_without_a_filter_everything_is_wanted_but_the_clocks_of_the_lanes() -> None:
    assert {told.type for told in TOLD} - types(Wanted()) == {"ClockTicked", "ClockPassed"}
    assert types(Wanted(clocks=True)) == {told.type for told in TOLD}
    assert types(Wanted(types=frozenset(["ClockTicked"]))) == {"ClockTicked"}


def test_each_filter_lets_through_what_it_names() -> None:
    assert types(Wanted(codes=frozenset(["serial_in_use"]))) == {"ItemFulfillmentRefused"}
    assert types(Wanted(fates=frozenset([Fate.REPEATED]))) == {"RequestRepeated"}
    assert "SubscriptionCreated" in types(Wanted(orders=frozenset(["RETRO-1001"])))
    assert types(Wanted(orders=frozenset(["RETRO-1009"]))) == {"RequestParked"}
    assert "DeviceReplaced" in types(Wanted(serials=frozenset(["ARM-0042"])))
    assert "InvoiceIssued" in types(Wanted(groups=frozenset(["crunchy-group"])))
    assert "CustomerGroupChanged" in types(Wanted(customers=frozenset(["crunchy-armchair"])))
    assert types(Wanted(sources=frozenset(["scanner.dock-4"]))) >= {"ItemFulfillmentRequested", "AssetReceived"}
    assert types(Wanted(topics=frozenset(["catalog.requests"]))) == {"VariantSubmitted"}
    assert types(Wanted(text="mistyped")) == {"SerialCorrected"}


def test_every_filter_must_hold() -> None:
    assert types(Wanted(orders=frozenset(["RETRO-1001"]), fates=frozenset([Fate.REFUSED]))) == {
        "ItemFulfillmentRefused",
        "OrderChangeRefused",
        "RequestRefused",
    }


@pytest.mark.parametrize("name", ["RETRO-1001", "RETRO-1003"])
def test_the_first_look_at_the_bytes_loses_nothing(name: str) -> None:
    wanted = Wanted(orders=frozenset([name]))
    for _, record in all_examples():
        assert wanted.may_want(record) or not wanted.wants(tell(record))


def test_an_id_that_is_spelled_with_escapes_is_found_too() -> None:
    record = consumed(example("leaseline.orders.OrderPlaced.v1"), "orders.events")
    assert record.value is not None
    spelled = record._replace(value=record.value.replace(b"RETRO-1001", b"\\u0052ETRO-1001"))
    wanted = Wanted(orders=frozenset(["RETRO-1001"]))

    assert wanted.may_want(spelled)
    assert wanted.wants(tell(spelled))


def test_names_are_understood_as_they_are_typed() -> None:
    assert types_named(["orderplaced", "leaseline.orders.OrderSubmitted.v1"]) == {"OrderPlaced", "OrderSubmitted"}
    assert topics_named(["dead-letters"]) == {"orders.dead-letters", "fulfillment.dead-letters", "billing.dead-letters"}
    assert topics_named(["billing"]) >= {"billing.requests", "billing.events"}
    assert serials_named([" arm-0042 "]) == {"ARM-0042"}
    assert fates_named(["Refused"]) == {Fate.REFUSED}


def test_a_slip_is_told_with_what_was_probably_meant() -> None:
    with pytest.raises(NothingSuch, match="perhaps OrderPlaced is meant"):
        types_named(["OrderPlacd"])
    with pytest.raises(NothingSuch, match=r"perhaps orders\.events is meant"):
        topics_named(["orders.event"])
    with pytest.raises(NothingSuch, match="there are asked, said"):
        fates_named(["red"])
    assert near_code("serial_inuse") == "No refusal has the code serial_inuse: perhaps serial_in_use is meant."
    assert near_code("serial_in_use") is None
    assert near_code("not_json") is None


Stamps = st.lists(st.lists(st.integers(0, 50), max_size=12).map(sorted), min_size=1, max_size=5)


@given(Stamps, st.randoms(use_true_random=False))
def test_what_comes_partition_by_partition_is_shown_in_the_order_of_its_times(
    partitions: list[list[int]], random: st.DataObject
) -> None:
    ordering = Ordering[int]([("t", number) for number in range(len(partitions))])
    left = {number: list(stamps) for number, stamps in enumerate(partitions)}
    shown: list[int] = []
    while left:
        number = random.choice(sorted(left))  # type: ignore[attr-defined]
        if left[number]:
            at = left[number].pop(0)
            ordering.add((float(at), 0, number, 0), at)
            ordering.reached(("t", number), at)
        else:
            del left[number]
            ordering.done(("t", number))
        shown += ordering.ready()

    assert shown == sorted(at for stamps in partitions for at in stamps)
    assert ordering.late == 0


def test_too_many_that_wait_are_shown_all_the_same_and_what_is_late_is_counted() -> None:
    ordering = Ordering[int]([("t", 0), ("t", 1)], most=3)
    shown: list[int] = []
    for at in range(10, 20):
        ordering.add((float(at), 0, 0, 0), at)
        ordering.reached(("t", 0), at)
        shown += ordering.ready()
    assert shown == list(range(10, 17))
    ordering.add((1.0, 0, 1, 0), 1)
    ordering.done(("t", 0))
    ordering.done(("t", 1))

    assert list(ordering.ready()) == [1, 17, 18, 19]
    assert ordering.late == 1


def test_of_one_moment_a_request_comes_before_what_is_said_because_of_it() -> None:
    asked = tell(consumed(example("leaseline.orders.OrderSubmitted.v1"), "orders.requests", partition=9, offset=900))
    placed = tell(consumed(example("leaseline.orders.OrderPlaced.v1"), "orders.events", partition=1, offset=1))

    assert order_of(asked) < order_of(placed)


@given(st.lists(st.integers(0, 100)), st.integers(0, 5))
def test_the_newest_are_kept(stamps: list[int], most: int) -> None:
    newest = Newest[int](most)
    for at in stamps:
        newest.add((float(at), 0, 0, 0), at)

    assert list(newest.ready()) == sorted(stamps)[max(0, len(stamps) - most) :]
    assert list(newest.ready()) == []


def test_a_line_has_time_topic_type_subject_words_and_code() -> None:
    told = tell(consumed(example("leaseline.fulfillment.ItemFulfillmentRefused.v1"), "fulfillment.events"))

    assert Lines(json=False, coloured=False).line(told) == (
        "09:00:00.000 ✗ fulfillment.events   ItemFulfillmentRefused   RETRO-1001             "
        "serial refused for order RETRO-1001: ARM-0008: serial_in_use, 1 other accepted  [serial_in_use]"
    )


def test_a_line_fits_a_terminal_and_keeps_its_code() -> None:
    told = tell(consumed(example("leaseline.fulfillment.ItemFulfillmentRefused.v1"), "fulfillment.events"))

    line = Lines(json=False, coloured=False, width=110).line(told)

    assert len(line) <= 110
    assert line.endswith("…  [serial_in_use]")


def test_colours_are_there_only_where_they_are_asked_for() -> None:
    told = tell(consumed(example("leaseline.orders.OrderPlaced.v1"), "orders.events"))

    assert "\x1b[" in Lines(json=False, coloured=True).line(told)
    assert "\x1b[" not in Lines(json=False, coloured=False).line(told)


def test_a_day_is_named_once() -> None:
    lines = Lines(json=False, coloured=False)

    assert lines.day(NOW) == "── Saturday 2026-11-28, UTC "
    assert lines.day(NOW + timedelta(hours=1)) is None
    assert lines.day(NOW + timedelta(hours=10)) == "── Sunday 2026-11-29, UTC "
    assert Lines(json=True, coloured=False).day(NOW) is None
