import pytest

from services.engine.desk import Documents, Write
from services.engine.kept import revised
from services.engine.service import Change, Collection, Decision, LaneClock, NotLoaded, Page
from tests.engine.simulation.tally import Counter, Token

COLLECTIONS = (Collection("counters", Counter), Collection("tokens", Token))


def _desk() -> Documents:
    return Documents(4, COLLECTIONS, {0: LaneClock(), 1: LaneClock(waited=5)})


def test_what_nobody_loaded_is_asked_for_and_what_is_not_there_is_none() -> None:
    desk = _desk()
    with pytest.raises(NotLoaded) as missing:
        desk.get(Counter, "c1")
    assert missing.value.wants == (("counters", "c1"),)
    assert desk.lacks([("counters", "c1"), ("counters", "c1")]) == ((("counters", "c1"),), ())
    desk.put_loaded([("counters", "c1")], {})
    assert desk.get(Counter, "c1") is None
    assert desk.lacks([("counters", "c1")]) == ((), ())


def test_a_decision_sees_what_the_one_before_it_made() -> None:
    desk = _desk()
    desk.put_loaded([("counters", "c1")], {("counters", "c1"): {"total": 4, "heard": []}})
    assert desk.get(Counter, "c1") == Counter(total=4)
    desk.apply(Decision((Change(Counter, "c1", Counter(total=5)),)), 0)
    assert desk.get(Counter, "c1") == Counter(total=5)
    desk.apply(Decision((Change(Counter, "c1", None),)), 0)
    assert desk.get(Counter, "c1") is None
    assert [c.document for c in desk.changed()] == [None]


def test_nothing_may_be_changed_that_was_not_loaded() -> None:
    desk = _desk()
    with pytest.raises(NotLoaded):
        desk.apply(Decision((Change(Counter, "c1", Counter()),)), 0)
    assert desk.changed() == ()


def test_writes_name_what_was_and_what_is_and_leave_out_what_did_not_change() -> None:
    desk = _desk()
    stored = {"total": 4, "version": 1, "changes": 0, "told": 0, "tokens": [], "sent": 0, "arrived": {}, "heard": []}
    keys = [("counters", id_) for id_ in ("old", "same", "new", "gone", "brief")]
    desk.put_loaded(keys, {key: stored for key in keys if key[1] in ("old", "same", "gone")})
    was = desk.get(Counter, "old")
    assert was is not None
    desk.apply(Decision((Change(Counter, "old", revised(was, total=5)),)), 0)
    desk.apply(Decision((Change(Counter, "same", was),)), 0)
    desk.apply(Decision((Change(Counter, "new", Counter(total=1)),)), 0)
    desk.apply(Decision((Change(Counter, "gone", None), Change(Counter, "brief", Counter()))), 0)
    desk.apply(Decision((Change(Counter, "brief", None),)), 0)
    writes = {write.id: write for write in desk.writes()}
    assert set(writes) == {"old", "new", "gone"}
    assert writes["old"] == Write("counters", "old", {"total": 5})
    assert writes["new"] == Write("counters", "new", {"total": 1}, new=True)
    assert writes["gone"] == Write("counters", "gone", None)


def test_a_page_shows_changed_documents_as_they_are_now() -> None:
    desk = _desk()
    page = Page("tokens", equal=(("holder", "c1"),))
    with pytest.raises(NotLoaded):
        desk.page(page, Token)
    desk.put_page(page, [(id_, {"token": id_, "holder": "c1"}) for id_ in ("t1", "t2", "t3")])
    other = Token(token="t2", holder="c2")
    desk.apply(Decision((Change(Token, "t2", other), Change(Token, "t3", None))), 0)
    assert [id_ for id_, _ in desk.page(page, Token)] == ["t1"]


def test_each_lane_has_its_own_clock() -> None:
    desk = _desk()
    desk.apply(Decision(clock=LaneClock(waited=9)), 0)
    assert (desk.clock(0).waited, desk.clock(1).waited) == (9, 5)
    with pytest.raises(KeyError):
        desk.clock(2)
