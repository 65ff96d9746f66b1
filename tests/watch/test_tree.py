from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.watch.rules.tree import Follows, Step, plant
from services.watch.telling.told import Fate, Told
from tests.watch.tellings import told

IDS = st.sampled_from(["a", "b", "c", "d", "e", ""])
ROWS = st.lists(
    st.builds(
        lambda id_, cause, at, topic, offset, fate: told(
            id_, at=at, cause=cause, topic=topic, offset=offset, fate=fate
        ),
        IDS,
        st.none() | IDS,
        st.integers(0, 5),
        st.sampled_from(["orders.requests", "orders.internal", "orders.events", "orders.dead-letters"]),
        st.integers(0, 5),
        st.sampled_from(Fate),
    ),
    max_size=40,
    unique_by=lambda row: (row.topic, row.partition, row.offset),
)


def shape(steps: tuple[Step, ...]) -> list[tuple[int, str]]:
    return [(step.depth, step.told.id or step.told.words) for step in steps]


def place(row: Told) -> tuple[str, int, int]:
    return row.topic, row.partition, row.offset


@given(ROWS)
def test_every_row_stands_exactly_once(rows: list[Told]) -> None:
    assert sorted(place(step.told) for step in plant(rows)) == sorted(place(row) for row in rows)


@given(ROWS)
def test_a_cause_stands_before_its_effects_and_one_step_above_them(rows: list[Told]) -> None:
    steps = plant(rows)
    for number, step in enumerate(steps):
        if step.above is None:
            assert step.depth == 0
            assert step.follows in (Follows.NOTHING, Follows.ELSEWHERE, Follows.CIRCLE)
        else:
            assert step.above < number
            assert step.depth == steps[step.above].depth + 1
            assert step.after is not None
            assert step.after >= timedelta(0)


@given(ROWS)
def test_what_stands_below_another_names_it_or_is_it_once_more(rows: list[Told]) -> None:
    steps = plant(rows)
    for step in steps:
        if step.above is None:
            continue
        above = steps[step.above].told
        named = step.told.cause if step.follows is Follows.HERE else (step.told.source, step.told.id)
        assert named == (above.source, above.id)


@given(ROWS)
def test_a_cause_that_is_there_is_never_told_to_be_elsewhere(rows: list[Told]) -> None:
    there = {(row.source, row.id) for row in rows if row.id}
    for step in plant(rows):
        if step.follows is Follows.ELSEWHERE:
            assert step.told.cause not in there


@given(ROWS, st.randoms())
def test_the_order_in_which_rows_come_changes_nothing(rows: list[Told], random: st.DataObject) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a Random
    assert plant(mixed) == plant(rows)


@given(ROWS)
def test_siblings_stand_in_the_order_of_their_time(rows: list[Told]) -> None:
    last: dict[int | None, Told] = {}
    for step in plant(rows):
        if step.above in last:
            assert last[step.above].at <= step.told.at
        last[step.above] = step.told


def test_an_order_from_request_to_account() -> None:
    rows = [
        told("submitted", topic="orders.requests", fate=Fate.ASKED),
        told("placed", at=1, cause="submitted", offset=1),
        told("scan", at=5, topic="fulfillment.requests", fate=Fate.ASKED),
        told("created", at=6, cause="scan", topic="subscriptions.events"),
        told("account", at=7, cause="created", topic="billing.events"),
        told("progressed", at=6, cause="scan", topic="fulfillment.events"),
        told("status", at=8, cause="progressed", offset=2),
    ]
    assert shape(plant(rows)) == [
        (0, "submitted"),
        (1, "placed"),
        (0, "scan"),
        (1, "progressed"),
        (2, "status"),
        (1, "created"),
        (2, "account"),
    ]


def test_a_repeat_is_answered_below_what_was_sent_again_and_not_below_the_first() -> None:
    rows = [
        told("ask", topic="orders.requests", fate=Fate.ASKED),
        told("placed", at=1, cause="ask"),
        told("ask", at=9, topic="orders.requests", offset=1, fate=Fate.ASKED),
        told("repeated", at=10, cause="ask", offset=1, fate=Fate.REPEATED),
    ]
    steps = plant(rows)
    assert shape(steps) == [(0, "ask"), (1, "placed"), (1, "ask"), (2, "repeated")]
    assert [step.follows for step in steps] == [Follows.NOTHING, Follows.HERE, Follows.AGAIN, Follows.HERE]


def test_what_was_forwarded_stands_below_what_was_sent_though_it_has_the_same_moment() -> None:
    rows = [
        told("ask", topic="orders.internal", fate=Fate.INTERNAL),
        told("ask", topic="orders.requests", fate=Fate.ASKED),
    ]
    assert [step.told.topic for step in plant(rows)] == ["orders.requests", "orders.internal"]


def test_a_cause_that_is_not_kept_any_more_is_said() -> None:
    (step,) = plant([told("late", cause="long ago")])
    assert (step.follows, step.above) == (Follows.ELSEWHERE, None)


def test_a_circle_of_causes_is_cut_at_its_earliest_row() -> None:
    rows = [told("a", at=1, cause="b"), told("b", at=2, cause="c", offset=1), told("c", at=3, cause="a", offset=2)]
    steps = plant(rows)
    assert shape(steps) == [(0, "a"), (1, "c"), (2, "b")]
    assert [step.follows for step in steps] == [Follows.CIRCLE, Follows.HERE, Follows.HERE]


def test_a_chain_of_ten_thousand_causes_is_walked_to_its_end() -> None:
    rows = [told(str(n), at=n, cause=str(n - 1) if n else None, offset=n) for n in range(10_000)]
    assert plant(rows)[-1].depth == 9_999


def test_a_clock_that_is_behind_gives_no_time_below_zero() -> None:
    steps = plant([told("ask", at=2), told("said", at=1, cause="ask", offset=1)])
    assert [step.after for step in steps] == [None, timedelta(0)]
