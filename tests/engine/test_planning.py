import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.engine.core import planning as plannings
from services.engine.core.document import replace
from services.engine.core.planning import Planning
from services.engine.core.record import Outgoing
from services.engine.core.service import Decision, UnitOfWork
from tests.engine.batch import Shelf, asking, record
from tests.engine.memory.log import MemoryRecord
from tests.engine.simulation import tally

COUNTERS = ("c0", "c1", "c2")


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Any request of the tiny service; ids repeat."""
    counter, id_ = draw(st.sampled_from(COUNTERS)), str(draw(st.integers(0, 12)))
    amount = {"counter": counter, "amount": draw(st.integers(-1, 5))}
    token = {"counter": counter, "token": draw(st.sampled_from(("t1", "tt2"))), "give_back": draw(st.booleans())}
    contents: dict[str, dict[str, Any]] = {
        "AddRequested": amount,
        "SpendRequested": amount,
        "TokenRequested": token,
        "TransferRequested": {**amount, "to": draw(st.sampled_from(COUNTERS))},
        "StepsRequested": {"counter": counter, "steps": draw(st.integers(1, 3))},
    }
    name = draw(st.sampled_from(sorted(contents)))
    return asking(name, contents[name], id=id_)


def _said(outgoing: tuple[Outgoing, ...]) -> list[tuple[str, str]]:
    envelopes = [json.loads(o.value or b"") for o in outgoing]
    return [(e["type"], e["id"]) for e in envelopes]


@settings(max_examples=150, deadline=None)
@given(st.lists(requests(), min_size=1, max_size=12), st.data())
def test_a_batch_equals_its_messages_one_by_one(values: list[bytes], data: st.DataObject) -> None:
    """What is said once a batch apart: that depends on where the batch ends."""
    calm = replace(tally.SERVICE, on_batch_end=lambda _message, _change, _desk: Decision())
    records = [record(value, offset) for offset, value in enumerate(values)]
    whole, single = Shelf(service=calm), Shelf(service=calm)
    one_by_one = [said for r in records for said in _said(single.save(single.plan([r])).checkpoints[0].outgoing)]
    whole_said: list[tuple[str, str]] = []
    at = 0
    while at < len(records):
        size = data.draw(st.integers(1, len(records) - at))
        plan = whole.save(whole.plan(records[at : at + size]))
        whole_said += _said(plan.checkpoints[0].outgoing)
        at += plan.taken
    assert whole_said == one_by_one
    assert whole.documents == single.documents
    assert whole.checkpoints[0].offsets == single.checkpoints[0].offsets
    assert whole.checkpoints[0].bookmarks == single.checkpoints[0].bookmarks


@settings(max_examples=60, deadline=None)
@given(st.lists(requests(), min_size=1, max_size=8))
def test_the_same_batch_on_the_same_documents_gives_the_same_plan(values: list[bytes]) -> None:
    records = [record(value, offset) for offset, value in enumerate(values)]
    assert Shelf().plan(records) == Shelf().plan(records)


def _add(offset: int, **data: Any) -> MemoryRecord:
    return record(asking("AddRequested", {"counter": "c0", "amount": 1, **data}, id=str(offset)), offset)


def test_the_checkpoint_moves_behind_the_last_record_that_was_taken() -> None:
    plan = Shelf().plan([_add(3), _add(4)])
    (checkpoint,) = plan.checkpoints
    assert (plan.taken, checkpoint.batch, checkpoint.offsets) == (2, 1, {"tally.requests": 5})
    assert checkpoint.bookmarks["tally.requests"].offset == 4
    assert plan.counts.messages == 2


def test_a_bad_record_costs_its_neighbours_nothing() -> None:
    plan = Shelf().plan([_add(0), record(b"{", 1), record(None, 2), _add(3)])
    assert (plan.counts.messages, plan.counts.rejects) == (2, 2)
    letters = [o for o in plan.checkpoints[0].outgoing if o.topic == "tally.dead-letters"]
    assert [dict(o.headers)["leaseline-reason"] for o in letters] == [b"not_json", b"null_value"]


def test_a_batch_is_cut_where_it_has_too_much_to_say() -> None:
    shelf = Shelf()
    bound = plannings.MOST_SAID
    plannings.MOST_SAID = 1000
    try:
        plan = shelf.plan([_add(offset) for offset in range(20)])
    finally:
        plannings.MOST_SAID = bound
    assert 1 < plan.taken < 20
    assert plan.checkpoints[0].offsets == {"tally.requests": plan.taken}


def test_a_batch_is_cut_by_the_work_that_it_makes_but_one_message_always_goes() -> None:
    shelf = Shelf()
    heavy = replace(tally.SERVICE, weight=lambda _message: plannings.MOST_WORK)
    planning = Planning(heavy, shelf.reader, [_add(0), _add(1)], {0: shelf.checkpoints[0]})
    planning.work.put_loaded([("counters", "c0")], {})
    assert planning.decide() is None
    assert planning.plan().taken == 1


def test_passing_on_is_taken_once_however_often_it_is_repeated() -> None:
    shelf = Shelf()
    headers = (("leaseline-origin", b"tally.requests|0|3|41|1700000000000"),)
    value = asking("AddRequested", {"counter": "c0", "amount": 1})
    first, again, older = (record(value, offset, topic=tally.INTERNAL, headers=headers) for offset in range(3))
    plan = shelf.save(shelf.plan([first, again]))
    assert (plan.counts.messages, plan.counts.ignored) == (1, 1)
    assert shelf.documents["origin_marks", "0/tally.requests/3"] == {"incarnation": 0, "offset": 41}
    assert shelf.plan([older]).counts.ignored == 1


def test_the_mark_of_a_former_incarnation_makes_room_for_the_new_one_and_still_counts() -> None:
    shelf = Shelf()

    def forwarded(offset: int, origin: str) -> MemoryRecord:
        value = asking("AddRequested", {"counter": "c0", "amount": 1}, id=origin)
        return record(value, offset, topic=tally.INTERNAL, headers=(("leaseline-origin", origin.encode()),))

    shelf.save(shelf.plan([forwarded(0, "tally.requests|0|3|41|1700000000000")]))
    plan = shelf.save(shelf.plan([forwarded(1, "tally.requests|1|3|0|1700000000000")]))
    assert plan.counts.messages == 1
    assert [key for key in shelf.documents if key[0] == "origin_marks"] == [("origin_marks", "0/tally.requests/3")]
    late = forwarded(2, "tally.requests|0|3|41|1700000000000")
    assert shelf.plan([late]).counts.ignored == 1


def test_marks_that_a_former_version_kept_in_the_checkpoint_still_count_and_stay_as_they_are() -> None:
    shelf = Shelf()
    shelf.checkpoints[0] = replace(shelf.checkpoints[0], marks={"tally.requests/3/0": 41})
    value = asking("AddRequested", {"counter": "c0", "amount": 1})
    taken, fresh = (
        record(value, at, topic=tally.INTERNAL, headers=(("leaseline-origin", f"tally.requests|0|3|{of}|1".encode()),))
        for at, of in enumerate((41, 42))
    )
    plan = shelf.plan([taken, fresh])
    assert (plan.counts.ignored, plan.counts.messages) == (1, 1)
    assert plan.checkpoints[0].marks == {"tally.requests/3/0": 41}


def test_a_checkpoint_is_no_larger_for_the_origins_that_a_lane_has_taken_from() -> None:
    shelf = Shelf()
    value = asking("AddRequested", {"counter": "c0", "amount": 1})
    origins = (f"tally.requests|0|{lane}|7|1700000000000".encode() for lane in range(64))
    many = [
        record(value, at, topic=tally.INTERNAL, headers=(("leaseline-origin", origin),))
        for at, origin in enumerate(origins)
    ]
    plan = shelf.save(shelf.plan(many))
    assert plan.checkpoints[0].marks == {}
    (again,) = shelf.save(shelf.plan([many[5]])).writes or (None,)
    assert again is None


def test_a_message_that_should_have_been_decided_costs_itself_only_and_is_counted_in_a_row() -> None:
    def decide(message: Any, work: UnitOfWork) -> Decision:
        if message.id in ("1", "4", "6"):
            raise ArithmeticError
        return tally.decide(message, work)

    told: list[tuple[object, int, object]] = []
    shelf = Shelf()
    unreadable = record(asking("StepDue", {"counter": "c0", "left": "many", "run": 1}), 3, topic=tally.INTERNAL)
    planning = Planning(
        replace(tally.SERVICE, decide=decide),
        shelf.reader,
        [_add(0), _add(1), _add(2), unreadable, _add(4), record(b"{", 5), _add(6)],
        {0: shelf.checkpoints[0]},
        troubled=lambda incident, in_a_row: told.append(
            (incident.about["address"], in_a_row, incident.about.get("hook"))
        ),
    )
    planning.work.put_loaded([("counters", "c0")], {})
    assert planning.decide() is None
    assert told == [
        ("tally.requests/0/1", 1, "decide"),
        ("tally.internal/0/3", 1, None),
        ("tally.requests/0/4", 2, "decide"),
        ("tally.requests/0/6", 3, "decide"),
    ]
    plan = planning.plan()
    letters = [dict(o.headers) for o in plan.checkpoints[0].outgoing if o.topic == "tally.dead-letters"]
    assert [(h["leaseline-reason"], h["leaseline-offset"]) for h in letters] == [
        (b"cannot_be_decided", b"1"),
        (b"unreadable_data", b"3"),
        (b"cannot_be_decided", b"4"),
        (b"not_json", b"5"),
        (b"cannot_be_decided", b"6"),
    ]
    assert planning.trouble == 3


def test_what_is_said_once_a_batch_is_said_once_however_many_messages_changed_the_document() -> None:
    plan = Shelf().plan([_add(offset) for offset in range(3)])
    names = [kind.split(".")[2] for kind, _ in _said(plan.checkpoints[0].outgoing)]
    assert names == ["Counted", "Counted", "Counted", "BatchEnded"]


def test_fields_that_nobody_knows_are_read_past_and_counted() -> None:
    shelf = Shelf()
    newer = asking("AddRequested", {"counter": "c1", "amount": 1, "colour": "red", "size": {"of": 3}}, id="1")
    plan = shelf.plan([record(newer, 0), record(asking("AddRequested", {"counter": "c1", "amount": 2}, id="2"), 1)])
    assert (plan.counts.messages, plan.counts.rejects, plan.counts.unknown) == (2, 0, 2)
