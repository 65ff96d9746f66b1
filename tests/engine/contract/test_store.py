"""What the engine relies on of a store: epochs, snapshots, conflicts, and what each failure means."""

from itertools import count
from typing import Any

import pytest

from services.engine.core.checkpoint import Bookmark, Checkpoint
from services.engine.core.document import replace
from services.engine.core.faults import Conflict, Doubt, Fenced, Stop, Unstorable
from services.engine.core.record import Outgoing
from services.engine.core.service import Page
from services.engine.core.unit_of_work import Write
from services.engine.runtime.ports import Store
from tests.engine.contract.ground import LANES, Ground
from tests.engine.simulation.tally import Counter


def _insert(id_: str, **fields: Any) -> Write:
    return Write("counters", id_, fields, new=True)


def _update(id_: str, **fields: Any) -> Write:
    return Write("counters", id_, fields)


_lanes = count(100)


async def _own(store: Store) -> Checkpoint:
    """The first checkpoint of a lane of its own: what is saved is always saved with one."""
    return replace(await store.acquire(next(_lanes)), batch=1)


async def _save(store: Store, *writes: Write, lane: Checkpoint | None = None) -> None:
    lane = lane or await _own(store)
    async with store.transaction() as transaction:
        await transaction.save(writes, (lane,))
        await transaction.commit()


async def _load(store: Store, *ids: str) -> dict[str, dict[str, Any]]:
    async with store.transaction() as transaction:
        found = await transaction.load([("counters", id_) for id_ in ids])
    return {key[1]: {name: value for name, value in d.items() if name != "_id"} for key, d in found.items()}


async def test_a_lane_that_nobody_had_begins_with_its_first_acquisition(ground: Ground) -> None:
    store = await ground.store()
    assert await store.read(1) is None
    first = await store.acquire(1)
    assert (first.lane, first.epoch, first.batch, first.outgoing) == (1, 1, 0, ())
    assert first.session == store.session
    assert (await store.acquire(1)).epoch == 2
    assert await store.read(0) is None


async def test_a_lane_that_was_never_saved_begins_under_the_incarnations_of_the_others(ground: Ground) -> None:
    store = await ground.store()
    lane = replace(await store.acquire(0), batch=1, incarnations={"t.requests": 2})
    await _save(store, lane=lane)
    new = await store.acquire(9)
    assert new.incarnations == {"t.requests": 2}
    await _save(store, lane=replace(new, batch=1))
    assert (await store.acquire(9)).incarnations == {"t.requests": 2}


async def test_a_lane_that_is_one_of_another_number_cannot_be_acquired(ground: Ground) -> None:
    """The installation has grown, or is growing: a worker that was cut off meanwhile counts the former lanes."""
    store = await ground.store()
    await store.acquire(0)
    await ground.write_fields(0, {"lanes": 2 * LANES})
    with pytest.raises(Stop, match=f"one of {2 * LANES} by now, this worker counts {LANES}"):
        await store.acquire(0)
    assert (await ground.fields(0))["epoch"] == 1


async def test_a_lane_of_before_they_counted_is_acquired_and_counts_from_then_on(ground: Ground) -> None:
    store = await ground.store()
    await store.acquire(0)
    await ground.write_fields(0, {"lanes": None})
    assert (await store.acquire(0)).lanes == LANES
    assert (await ground.fields(0))["lanes"] == LANES


async def test_a_checkpoint_comes_back_as_it_was_saved(ground: Ground) -> None:
    store = await ground.store()
    outgoing = (
        Outgoing("t.events", 2, b"k", b"v" * 2000, (("h", b"\xff"), ("n", None))),
        Outgoing("t.events", 0, None, None),
    )
    lane = replace(
        await store.acquire(0),
        batch=1,
        offsets={"t.requests": 7},
        bookmarks={"t.requests": Bookmark(6, 1_700_000_000_000, b"12345678")},
        incarnations={"t.requests": 1},
        outgoing=outgoing,
    )
    await _save(store, lane=lane)
    assert await store.read(0) == lane
    assert await (await ground.store()).acquire(0) == replace(
        lane, epoch=2, session=(await store.read(0) or lane).session
    )


async def test_a_save_keeps_the_fields_of_a_checkpoint_that_it_does_not_know_or_does_not_own(ground: Ground) -> None:
    """An older worker beside a newer one erases nothing, nor what an operator wrote meanwhile."""
    store = await ground.store()
    lane = await store.acquire(0)
    others = {"of_a_newer_version": {"a": [1, 2]}, "passing": [["t.requests", 0, 9]], "marks": [["t.requests/2/0", 41]]}
    await ground.write_fields(0, others)
    await _save(store, lane=replace(lane, batch=1, offsets={"t.requests": 7}))
    assert others.items() <= (await ground.fields(0)).items()
    found = await store.acquire(0)
    assert (found.batch, found.offsets) == (1, {"t.requests": 7})
    assert (found.passing, found.marks) == ({"t.requests": (0, 9)}, {"t.requests/2/0": 41})
    await _save(store, lane=replace(found, batch=2, offsets={"t.requests": 8}))
    assert others.items() <= (await ground.fields(0)).items()


async def test_a_save_must_follow_the_one_before(ground: Ground) -> None:
    store = await ground.store()
    lane = await store.acquire(0)
    await _save(store, lane=replace(lane, batch=1))
    for batch in (1, 3):
        with pytest.raises(Fenced):
            await _save(store, _insert("c", total=1), lane=replace(lane, batch=batch))
    await _save(store, lane=replace(lane, batch=2))
    assert await _load(store, "c") == {}


async def test_nothing_can_be_saved_under_an_old_epoch(ground: Ground) -> None:
    old, new = await ground.store(), await ground.store()
    lane = await old.acquire(0)
    successor = await new.acquire(0)
    with pytest.raises(Fenced):
        await _save(old, _insert("c", total=1), lane=replace(lane, batch=1))
    await _save(new, _insert("c", total=2), lane=replace(successor, batch=1))
    assert await _load(old, "c") == {"c": {"total": 2}}


async def test_an_acquisition_between_load_and_save_fences(ground: Ground) -> None:
    old, new = await ground.store(), await ground.store()
    lane = await old.acquire(0)

    async def overtaken() -> None:
        async with old.transaction() as transaction:
            await transaction.load([("counters", "c")])
            await new.acquire(0)
            await transaction.save([_insert("c", total=1)], [replace(lane, batch=1)])
            await transaction.commit()

    with pytest.raises((Conflict, Fenced)):
        await overtaken()
    with pytest.raises(Fenced):
        await _save(old, lane=replace(lane, batch=1))
    assert await _load(new, "c") == {}


async def test_a_transaction_sees_one_snapshot(ground: Ground) -> None:
    one, other = await ground.store(), await ground.store()
    await _save(one, _insert("a", total=1), _insert("b", total=1))
    async with one.transaction() as transaction:
        first = await transaction.load([("counters", "a")])
        await _save(other, _update("b", total=2))
        second = await transaction.load([("counters", "b")])
    assert first["counters", "a"]["total"] == second["counters", "b"]["total"] == 1


async def test_the_first_writer_of_a_document_wins(ground: Ground) -> None:
    one, other = await ground.store(), await ground.store()
    await _save(one, _insert("c", total=1))
    lane = await _own(one)

    async def second() -> None:
        async with one.transaction() as transaction:
            await transaction.load([("counters", "c")])
            await _save(other, _update("c", total=2))
            await transaction.save([_update("c", total=3)], (lane,))

    with pytest.raises(Conflict):
        await second()
    assert await _load(one, "c") == {"c": {"total": 2}}


async def test_the_second_of_two_open_writers_learns_at_once(ground: Ground) -> None:
    one, other = await ground.store(), await ground.store()
    await _save(one, _insert("c", total=1))
    lane = await _own(one)
    async with one.transaction() as first:
        await first.load([("counters", "c")])
        await first.save([_update("c", total=2)], (lane,))
        with pytest.raises(Conflict):
            await _save(other, _update("c", total=3))
        await first.commit()
    assert await _load(one, "c") == {"c": {"total": 2}}


async def test_an_id_that_exists_is_a_conflict_for_whoever_inserts_it(ground: Ground) -> None:
    one, other = await ground.store(), await ground.store()
    lane = await _own(one)

    async def late() -> None:
        async with one.transaction() as transaction:
            assert await transaction.load([("counters", "c")]) == {}
            await _save(other, _insert("c", total=1))
            await transaction.save([_insert("c", total=2)], (lane,))

    with pytest.raises(Conflict):
        await late()
    with pytest.raises(Conflict):
        await _save(one, _insert("c", total=3))
    assert await _load(one, "c") == {"c": {"total": 1}}


async def test_leaving_without_a_commit_undoes_everything(ground: Ground) -> None:
    store = await ground.store()
    lane = await store.acquire(0)
    async with store.transaction() as transaction:
        await transaction.save([_insert("c", total=1)], [replace(lane, batch=1)])
    assert await _load(store, "c") == {}
    await _save(store, lane=replace(lane, batch=1))


async def test_fields_come_go_and_stay(ground: Ground) -> None:
    store = await ground.store()
    await _save(store, _insert("c", total=1, note="n", tokens=["a"]))
    await _save(store, Write("counters", "c", {"total": 2}, ("note",)))
    assert await _load(store, "c") == {"c": {"total": 2, "tokens": ["a"]}}
    await _save(store, Write("counters", "c", None))
    assert await _load(store, "c") == {}


async def test_what_is_added_is_added_to_what_is_there_or_makes_the_document(ground: Ground) -> None:
    store = await ground.store()
    await _save(store, Write("counters", "c", {}, add={"total": 3, "others": 1}))
    await _save(store, Write("counters", "c", {}, add={"total": -1}))
    assert await _load(store, "c") == {"c": {"total": 2, "others": 1}}


async def test_what_is_added_in_a_transaction_that_is_left_is_not_added(ground: Ground) -> None:
    store = await ground.store()
    lane = await store.acquire(0)
    async with store.transaction() as transaction:
        await transaction.save([Write("counters", "c", {}, add={"total": 3})], [replace(lane, batch=1)])
    assert await _load(store, "c") == {}


async def test_fields_of_a_document_that_is_not_there_make_none(ground: Ground) -> None:
    store = await ground.store()
    await _save(store, Write("counters", "c", {"total": 2}, ("note",)))
    assert await _load(store, "c") == {}


async def test_elements_and_rows_are_set_by_their_path_and_the_others_stay(ground: Ground) -> None:
    store = await ground.store()
    await _save(store, _insert("c", units=[{"s": "A"}, {"s": "B"}], rows={"1": 8, "2": 8}))
    paths = {"units.1": {"s": "X", "at": 1}, "units.2": {"s": "C"}, "rows.2": 9, "rows.17": 8, "total": 3}
    await _save(store, Write("counters", "c", paths))
    units, rows = [{"s": "A"}, {"s": "X", "at": 1}, {"s": "C"}], {"1": 8, "2": 9, "17": 8}
    assert await _load(store, "c") == {"c": {"units": units, "rows": rows, "total": 3}}


async def test_a_page_holds_what_matches_by_id(ground: Ground) -> None:
    store = await ground.store()
    await _save(store, *(_insert(f"c{n}", kind="even" if n % 2 == 0 else "odd", due=n) for n in range(9)))
    await _save(store, _insert("c9", kind="even"))
    page = Page(Counter, equal=(("kind", "even"),), at_most=(("due", 6),), after="c0", limit=2)
    async with store.transaction() as transaction:
        found = await transaction.page("counters", page)
        rest = await transaction.page("counters", replace(page, after="c4"))
    assert [id_ for id_, _ in found] == ["c2", "c4"]
    assert [id_ for id_, _ in rest] == ["c6"]


async def test_a_page_may_have_an_end(ground: Ground) -> None:
    store = await ground.store()
    await _save(store, *(_insert(f"group:{name}", due=1) for name in ("a/1", "a/2", "a-b/1", "b/1")))
    async with store.transaction() as transaction:
        found = await transaction.page("counters", Page(Counter, after="group:a/", below="group:a0"))
    assert [id_ for id_, _ in found] == ["group:a/1", "group:a/2"]


@pytest.mark.parametrize("content", [2**70, "\ud800", "x" * (17 * 1024 * 1024)], ids=["integer", "surrogate", "size"])
async def test_what_cannot_be_held_is_named_and_nothing_is_saved(ground: Ground, content: object) -> None:
    store = await ground.store()
    lane = await store.acquire(0)
    with pytest.raises(Unstorable):
        await _save(store, _insert("good", total=1), _insert("bad", note=content), lane=replace(lane, batch=1))
    assert await _load(store, "good", "bad") == {}
    await _save(store, _insert("good", total=1), lane=replace(lane, batch=1))


@pytest.mark.parametrize("done", [True, False], ids=["it happened", "it did not happen"])
async def test_an_unknown_commit_is_doubt_and_acquiring_tells(ground: Ground, done: bool) -> None:
    store = await ground.store()
    lane = await store.acquire(0)
    await ground.commit_fails(after_it_is_done=done)
    with pytest.raises(Doubt):
        await _save(store, _insert("c", total=1), lane=replace(lane, batch=1))
    assert lane.session is not None
    await store.renew()
    await store.end_session(lane.session)
    again = await store.acquire(0)
    assert (again.epoch, again.batch) == (2, 1 if done else 0)
    assert again.session == store.session != lane.session
    assert await _load(store, "c") == ({"c": {"total": 1}} if done else {})
    await _save(store, lane=replace(again, batch=again.batch + 1))


async def test_ending_a_session_frees_what_it_holds(ground: Ground) -> None:
    dead, successor = await ground.store(), await ground.store()
    lane = await dead.acquire(0)
    session = lane.session
    assert session is not None

    async def outlived() -> None:
        async with dead.transaction() as transaction:
            await transaction.save([_insert("c", total=1)], [replace(lane, batch=1)])
            await successor.end_session(session)
            again = await successor.acquire(0)
            await _save(successor, _insert("c", total=2), lane=replace(again, batch=1))
            await transaction.commit()

    with pytest.raises(Doubt):
        await outlived()
    assert await _load(successor, "c") == {"c": {"total": 2}}
