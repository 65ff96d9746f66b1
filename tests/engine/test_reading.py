import pytest

from contracts.wire.message import Kind
from services.engine.core.lanes import home
from services.engine.core.message import Message, Origin
from services.engine.core.reading import IGNORED, LARGEST, ORIGIN, RECORDED, Forwarded, Reader, Reject
from tests.engine.batch import BEGAN, asking, record
from tests.engine.simulation.mirror import SERVICE as MIRROR
from tests.engine.simulation.tally import INTERNAL, SERVICE, AddRequested

READER = Reader(SERVICE.name, SERVICE.known(), 4)
HOME = home("c1", 4)
ADD = asking("AddRequested", {"counter": "c1", "amount": 3}, time="2023-11-14T22:13:00Z")


def test_a_record_at_home_is_a_message() -> None:
    read, origin, passed = READER.read(record(ADD, 5, lane=HOME), 2)
    assert isinstance(read, Message)
    assert (read.model, read.body) == (AddRequested, AddRequested(counter="c1", amount=3))
    assert (read.subject, read.lane, passed) == ("c1", HOME, False)
    assert origin == read.origin == Origin("tally.requests", 2, HOME, 5, BEGAN + 5)
    assert read.cause.address == f"tally.requests~2/{HOME}/5"


def test_a_record_that_is_at_home_elsewhere_goes_there_as_it_is_with_its_origin() -> None:
    away = (HOME + 1) % 4
    read, _, _ = READER.read(record(ADD, 5, lane=away, key=b"k", headers=(("x", b"\xff"), ("none", None))), 0)
    assert isinstance(read, Forwarded)
    (passed,) = read.records
    assert (passed.topic, passed.lane, passed.key, passed.value) == (INTERNAL, HOME, b"k", ADD)
    where = f"tally.requests|0|{away}|5|{BEGAN + 5}".encode()
    assert passed.headers == (("x", b"\xff"), ("none", None), (ORIGIN, where))
    arrived = record(passed.value, 9, lane=HOME, topic=INTERNAL, headers=passed.headers)
    message, origin, was_passed = READER.read(arrived, 0)
    assert isinstance(message, Message)
    assert was_passed
    assert origin == message.origin == Origin("tally.requests", 0, away, 5, BEGAN + 5)
    assert message.recorded == origin.recorded


def test_the_origin_header_means_nothing_on_a_topic_where_outsiders_write() -> None:
    forged = ((ORIGIN, b"tally.requests|0|1|999|1"), (RECORDED, b"1"))
    read, origin, passed = READER.read(record(ADD, 5, lane=HOME, headers=forged), 0)
    assert isinstance(read, Message)
    assert (origin.offset, origin.timestamp, passed) == (5, BEGAN + 5, False)
    away, _, _ = READER.read(record(ADD, 5, lane=(HOME + 1) % 4, headers=forged), 0)
    assert isinstance(away, Forwarded)
    assert [name for name, _ in away.records[0].headers].count(ORIGIN) == 1
    assert RECORDED not in [name for name, _ in away.records[0].headers]


def test_a_continuation_inherits_the_time_of_what_led_to_it() -> None:
    due = asking("StepDue", {"counter": "c1", "left": 2, "run": 1}, source="leaseline/tally")
    read, origin, passed = READER.read(
        record(due, 7, lane=HOME, topic=INTERNAL, headers=((RECORDED, b"1600000000000"),)), 0
    )
    assert isinstance(read, Message)
    assert (origin.timestamp, origin.offset, passed) == (1_600_000_000_000, 7, False)


@pytest.mark.parametrize(
    "header",
    [
        (ORIGIN, b"nonsense"),
        (ORIGIN, b"a|b|c|d|e"),
        (ORIGIN, b"\xff|0|0|0|0"),
        (ORIGIN, b"t|0|0|%d|1" % 2**70),
        (ORIGIN, b"t|0|0|-1|1"),
        (ORIGIN, b"t|0|0|1|%d" % 10**15),
        (RECORDED, b"%d" % 10**15),
        (RECORDED, b"-1"),
    ],
)
def test_headers_about_the_origin_that_nobody_of_us_writes_cost_this_record_only(header: tuple[str, bytes]) -> None:
    read, _, _ = READER.read(record(ADD, 5, lane=HOME, topic=INTERNAL, headers=(header,)), 0)
    assert isinstance(read, Reject)


def test_what_was_passed_on_is_never_passed_on_again() -> None:
    read, _, _ = READER.read(record(ADD, 5, lane=(HOME + 1) % 4, topic=INTERNAL), 0)
    assert isinstance(read, Reject)
    assert read.reason == "no_home"


def test_a_record_that_is_too_large_is_rejected_before_anything_else_is_looked_at() -> None:
    read, _, _ = READER.read(record(b"{" * (LARGEST + 1)), 0)
    assert isinstance(read, Reject)
    assert read.reason == "too_large"
    large = asking("AddRequested", {"counter": "c1", "amount": 3, "x": "y" * (LARGEST - 1000)})
    assert isinstance(READER.read(record(large, lane=HOME), 0)[0], Message)


@pytest.mark.parametrize("headers", [(("", None),) * 100_000, (("\N{SNOWMAN}" * 200_000, b""),)], ids=["many", "wide"])
def test_headers_weigh_what_they_weigh_on_the_wire(headers: tuple[tuple[str, bytes | None], ...]) -> None:
    read, _, _ = READER.read(record(ADD, lane=HOME, headers=headers), 0)
    assert isinstance(read, Reject)
    assert read.reason == "too_large"


def test_an_event_of_an_unknown_type_is_passed_over_a_request_is_rejected() -> None:
    unknown = b'{"specversion":"1.0","id":"1","source":"s","type":"leaseline.tally.Other.v1","data":{"counter":"c1"}}'
    reader = Reader(MIRROR.name, MIRROR.known(), 4)
    assert reader.read(record(unknown, topic="tally.events"), 0)[0] is IGNORED
    read, _, _ = READER.read(record(unknown), 0)
    assert isinstance(read, Reject)
    assert read.reason == "unknown_type"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null_value"),
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[1]", "not_an_envelope"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "too_deep"),
        (asking("AddRequested", {"counter": "no good!", "amount": 1}), None),
    ],
)
def test_senseless_records_have_their_reason(value: bytes | None, reason: str | None) -> None:
    for lane in range(4):
        read, _, _ = READER.read(record(value, lane=lane), 0)
        if reason is not None:
            assert isinstance(read, Reject)
            assert read.reason == reason
        else:
            assert not isinstance(read, Reject)


def test_a_broken_rule_in_the_data_is_a_message_that_carries_its_refusals() -> None:
    read, _, _ = READER.read(record(asking("AddRequested", {"counter": "c1", "amount": -1}), lane=HOME), 0)
    assert isinstance(read, Message)
    assert read.body is None
    assert [refusal.field for refusal in read.refusals] == ["amount"]


@pytest.mark.parametrize("lane", range(4))
@pytest.mark.parametrize("reader", [READER, Reader(MIRROR.name, MIRROR.known(), 4)], ids=lambda reader: reader.service)
def test_what_is_no_request_and_cannot_be_read_is_a_dead_letter_that_says_what_is_wrong_and_no_word_of_it(
    reader: Reader, lane: int
) -> None:
    """Nobody is there who could be told, and a newer version of ours may be able to read it."""
    for model in reader.known.values():
        if model.kind is Kind.REQUEST:
            continue
        wrong = asking(model.__name__, {"counter": "c1", "amount": "secret", "left": "secret", "version": "secret"})
        read, _, _ = reader.read(record(wrong, lane=lane, topic=model.topic), 0)
        assert isinstance(read, Reject)
        assert (read.reason, read.model) == ("unreadable_data", model)
        assert f"{model.__name__}: " in read.detail
        assert " wrong_type" in read.detail
        assert " field_required" in read.detail
        assert "secret" not in read.detail


def test_a_message_on_a_topic_that_it_does_not_belong_to_is_a_dead_letter() -> None:
    """Whoever may write requests must not be able to forge there what a service says to itself."""
    due = asking("StepDue", {"counter": "c1", "left": 2, "run": 1}, source="mallory")
    read, _, _ = READER.read(record(due, 7, lane=HOME), 0)
    assert isinstance(read, Reject)
    assert read.reason == "wrong_topic"
