import pytest

from services.engine.core.document import replace
from services.engine.core.service import Change, Collection, Decision, LaneClock, NotLoaded, Page
from services.engine.core.unit_of_work import BatchUnitOfWork, Write
from tests.engine.simulation.tally import Counter, Token

COLLECTIONS = (Collection("counters", Counter), Collection("tokens", Token))


def _desk() -> BatchUnitOfWork:
    return BatchUnitOfWork(4, COLLECTIONS, {0: LaneClock(), 1: LaneClock(waited=5)})


def test_what_nobody_loaded_is_asked_for_and_what_is_not_there_is_none() -> None:
    work = _desk()
    with pytest.raises(NotLoaded) as missing:
        work.get(Counter, "c1")
    assert missing.value.wants == ((Counter, "c1"),)
    assert work.lacks([(Counter, "c1"), (Counter, "c1")]) == ((("counters", "c1"),), ())
    work.put_loaded([("counters", "c1")], {})
    assert work.get(Counter, "c1") is None
    assert work.lacks([(Counter, "c1")]) == ((), ())


def test_a_decision_sees_what_the_one_before_it_made() -> None:
    work = _desk()
    work.put_loaded([("counters", "c1")], {("counters", "c1"): {"total": 4, "heard": []}})
    assert work.get(Counter, "c1") == Counter(total=4)
    work.apply(Decision((Change(Counter, "c1", Counter(total=5)),)), 0)
    assert work.get(Counter, "c1") == Counter(total=5)
    work.apply(Decision((Change(Counter, "c1", None),)), 0)
    assert work.get(Counter, "c1") is None
    assert [c.document for c in work.changed()] == [None]


def test_nothing_may_be_changed_that_was_not_loaded() -> None:
    work = _desk()
    with pytest.raises(NotLoaded):
        work.apply(Decision((Change(Counter, "c1", Counter()),)), 0)
    assert work.changed() == ()


def test_writes_name_what_was_and_what_is_and_leave_out_what_did_not_change() -> None:
    work = _desk()
    stored = {"total": 4, "version": 1, "changes": 0, "told": 0, "tokens": [], "sent": 0, "arrived": {}, "heard": []}
    keys = [("counters", id_) for id_ in ("old", "same", "new", "gone", "brief")]
    work.put_loaded(keys, {key: stored for key in keys if key[1] in ("old", "same", "gone")})
    was = work.get(Counter, "old")
    assert was is not None
    work.apply(Decision((Change(Counter, "old", replace(was, total=5)),)), 0)
    work.apply(Decision((Change(Counter, "same", was),)), 0)
    work.apply(Decision((Change(Counter, "new", Counter(total=1)),)), 0)
    work.apply(Decision((Change(Counter, "gone", None), Change(Counter, "brief", Counter()))), 0)
    work.apply(Decision((Change(Counter, "brief", None),)), 0)
    writes = {write.id: write for write in work.writes()}
    assert set(writes) == {"old", "new", "gone"}
    assert writes["old"] == Write("counters", "old", {"total": 5})
    assert writes["new"] == Write("counters", "new", {"total": 1}, new=True)
    assert writes["gone"] == Write("counters", "gone", None)


def test_a_page_shows_changed_documents_as_they_are_now() -> None:
    work = _desk()
    page = Page(Token, equal=(("holder", "c1"),))
    with pytest.raises(NotLoaded):
        work.page(page)
    work.put_page(page, [(id_, {"token": id_, "holder": "c1"}) for id_ in ("t1", "t2", "t3")])
    other = Token(token="t2", holder="c2")
    work.apply(Decision((Change(Token, "t2", other), Change(Token, "t3", None))), 0)
    assert [id_ for id_, _ in work.page(page)] == ["t1"]


def test_each_lane_has_its_own_clock() -> None:
    work = _desk()
    work.apply(Decision(clock=LaneClock(waited=9)), 0)
    assert (work.clock(0).waited, work.clock(1).waited) == (9, 5)
    with pytest.raises(KeyError):
        work.clock(2)
