import json

from contracts.values.refusals import Code, refusal
from contracts.wire.encoding import CONTENT_TYPE
from services.engine.core.lanes import home
from services.engine.core.message import Cause, Message, Origin
from services.engine.core.outbox import BEGINNING, dead_letter, to_records
from services.engine.core.reading import RECORDED, Reader, Reject
from services.engine.core.service import Emit
from tests.engine.batch import BEGAN, asking, record
from tests.engine.simulation.tally import SERVICE, Counted, StepDue, TallyRefused


def _message() -> Message:
    value = asking("AddRequested", {"counter": "c1", "amount": 3}, id="7", time="2023-11-14T22:13:00.5Z")
    read, _, _ = Reader("tally", SERVICE.known(), 4).read(record(value, 5, lane=home("c1", 4)), 0)
    assert isinstance(read, Message)
    return read


def test_a_fact_is_known_by_its_chain_and_version_and_names_its_cause() -> None:
    (said,) = to_records([Emit(Counted(counter="c1", version=9, total=1, changes=1))], _message(), "tally", 4)
    envelope = json.loads(said.value or b"")
    assert envelope["id"] == "c1@9"
    assert (envelope["source"], envelope["subject"]) == ("leaseline/tally", "c1")
    assert (envelope["causationsource"], envelope["causationid"]) == ("shop", "7")
    assert envelope["time"] == "2023-11-14T22:13:00.500Z"
    assert (said.topic, said.lane, said.key) == ("tally.events", home("c1", 4), b"c1")


def test_an_answer_is_known_by_the_address_of_the_request_that_it_answers() -> None:
    refused = TallyRefused(subject="c1", refusals=(refusal(Code.ID_REUSED),))
    own, parked = to_records(
        [Emit(refused), Emit(refused, Cause("scanner", "3", "tally.requests/0/1"))], _message(), "tally", 4
    )
    assert json.loads(own.value or b"")["id"] == f"TallyRefused:tally.requests/{home('c1', 4)}/5"
    earlier = json.loads(parked.value or b"")
    assert earlier["id"] == "TallyRefused:tally.requests/0/1"
    assert (earlier["causationsource"], earlier["causationid"]) == ("scanner", "3")


def test_what_a_service_says_to_itself_goes_home_and_inherits_the_time() -> None:
    emits = [Emit(StepDue(counter="c2", left=1, run=1)), Emit(StepDue(counter="c2", left=2, run=1))]
    one, two = to_records(emits, _message(), "tally", 4)
    assert one.lane == two.lane == home("c2", 4)
    assert one.headers == (
        CONTENT_TYPE,
        (RECORDED, str(BEGAN + 5).encode()),
    )
    assert json.loads(one.value or b"")["id"] != json.loads(two.value or b"")["id"]


def test_the_same_decision_is_the_same_bytes() -> None:
    emits = [Emit(Counted(counter="c1", version=9, total=1, changes=1))]
    assert to_records(emits, _message(), "tally", 4) == to_records(emits, _message(), "tally", 4)


ORIGIN = Origin("tally.requests", 1, 2, 33, BEGAN)


def test_a_dead_letter_keeps_the_bytes_and_says_where_they_came_from() -> None:
    headers = (("x", b"\xff"), ("none", None), ("leaseline-origin", b"a|0|0|0|0"))
    letter = dead_letter("tally", 3, record(b"{", 9, key=b"k", headers=headers), ORIGIN, Reject("not_json", "why"))
    assert (letter.topic, letter.lane, letter.key, letter.value) == ("tally.dead-letters", 3, b"k", b"{")
    said = dict(letter.headers)
    assert said["leaseline-reason"] == b"not_json"
    where = [said[f"leaseline-{name}"] for name in ("topic", "incarnation", "partition", "offset", "timestamp")]
    assert where == [b"tally.requests", b"1", b"2", b"33", str(BEGAN).encode()]
    assert (said["x"], said["none"]) == (b"\xff", None)
    assert "leaseline-origin" not in said


def test_of_a_record_that_is_too_large_the_beginning_is_kept() -> None:
    large = record(b"a" * (BEGINNING * 2), key=b"k" * 5000, headers=(("h", b"x" * 100_000),))
    letter = dead_letter("tally", 0, large, ORIGIN, Reject("too_large"))
    assert len(letter.value or b"") == BEGINNING
    assert letter.size < BEGINNING + 3000
    assert dict(letter.headers)["leaseline-cut"] == b"yes"


def test_a_null_value_stays_one() -> None:
    letter = dead_letter("tally", 0, record(None), ORIGIN, Reject("null_value"))
    assert letter.value is None
    assert dict(letter.headers)["leaseline-null-value"] == b"yes"
