"""Rows and tallies follow from documents: what is written of them, and when nothing is."""

from services.engine.core.document import Document, replace
from services.engine.core.following import Part, Projection, Tally
from services.engine.core.service import Change, Collection, Decision, LaneClock
from services.engine.core.unit_of_work import BatchUnitOfWork, Write


class Parcel(Document):
    """What is followed."""

    name: str
    state: str = "new"
    weight: int = 0
    label: str | None = None


class Row(Document):
    """What follows."""

    words: tuple[str, ...]
    state: str
    label: str | None = None


class Counts(Document):
    """How many are in each state."""

    new: int = 0
    sent: int = 0


asked: list[str] = []


def _words(parcel: Parcel) -> dict[str, object]:
    asked.append(parcel.name)
    return {"words": parcel.name.split()}


def _label(parcel: Parcel) -> dict[str, object]:
    return {"state": parcel.state} if parcel.label is None else {"state": parcel.state, "label": parcel.label}


ROWS = Projection(
    of=Parcel,
    kind=Row,
    id_of=lambda parcel: f"row of {parcel.name.split()[0]}",
    parts=(Part(("name",), _words), Part(("state", "label"), _label)),
)
TALLY = Tally(
    of=Parcel,
    kind=Counts,
    follows_from=("state",),
    counts_as=lambda parcel: None if parcel.state == "lost" else parcel.state,
)
COLLECTIONS = (Collection("parcels", Parcel), Collection("rows", Row), Collection("counts", Counts))


def writes(*changes: tuple[str, Parcel | None, int], **stored: dict[str, object]) -> list[Write]:
    """What is written of rows and counts when these documents become these, each in its lane."""
    work = BatchUnitOfWork(4, COLLECTIONS, {n: LaneClock() for n in range(4)}, (ROWS, TALLY))
    keys = [("parcels", id_) for id_ in {*stored, *(id_ for id_, _, _ in changes)}]
    work.put_loaded(keys, {("parcels", id_): document for id_, document in stored.items()})
    for id_, document, lane in changes:
        work.apply(Decision((Change(Parcel, id_, document),)), lane)
    return [write for write in work.writes() if write.collection != "parcels"]


def test_a_new_document_has_its_row_and_is_counted_in_its_lane() -> None:
    assert writes(("a", Parcel(name="a b"), 3)) == [
        Write("rows", "row of a", {"words": ["a", "b"], "state": "new"}, new=True),
        Write("counts", "3", {}, add={"new": 1}),
    ]


def test_of_a_row_is_written_what_is_another() -> None:
    stored: dict[str, object] = {"name": "a b", "label": "L"}
    after = Parcel(name="a b", state="sent")
    assert writes(("a", after, 0), a=stored) == [
        Write("rows", "row of a", {"state": "sent"}, ("label",)),
        Write("counts", "0", {}, add={"new": -1, "sent": 1}),
    ]


def test_what_a_row_does_not_follow_from_writes_nothing_and_asks_nothing() -> None:
    asked.clear()
    assert writes(("a", Parcel(name="a", weight=7), 0), a={"name": "a"}) == []
    assert asked == []


def test_of_several_decisions_only_the_last_state_counts() -> None:
    new, sent = Parcel(name="a"), Parcel(name="a", state="sent")
    assert writes(("a", sent, 0), ("a", new, 0), a={"name": "a"}) == []
    assert writes(("a", new, 0), ("a", sent, 0))[-1] == Write("counts", "0", {}, add={"sent": 1})


def test_a_lanes_counts_are_one_write_and_lanes_do_not_share_one() -> None:
    found = writes(("a", Parcel(name="a"), 0), ("b", Parcel(name="b"), 1), ("c", Parcel(name="c"), 0))
    assert [write for write in found if write.collection == "counts"] == [
        Write("counts", "0", {}, add={"new": 2}),
        Write("counts", "1", {}, add={"new": 1}),
    ]


def test_what_outweighs_itself_is_not_written() -> None:
    swapped = writes(
        ("a", Parcel(name="a", state="sent"), 0),
        ("b", Parcel(name="b"), 0),
        a={"name": "a"},
        b={"name": "b", "state": "sent"},
    )
    assert [write.collection for write in swapped] == ["rows", "rows"]


def test_a_document_that_is_gone_takes_its_row_along_and_is_counted_no_more() -> None:
    assert writes(("a", None, 0), a={"name": "a b"}) == [
        Write("rows", "row of a", None),
        Write("counts", "0", {}, add={"new": -1}),
    ]


def test_what_counts_in_no_field_is_not_counted() -> None:
    lost = replace(Parcel(name="a"), state="lost")
    assert [write.collection for write in writes(("a", lost, 0))] == ["rows"]
    assert writes(("a", lost, 0), a={"name": "a"})[-1] == Write("counts", "0", {}, add={"new": -1})


def test_a_write_that_adds_goes_onto_what_is_there_or_not() -> None:
    write = Write("counts", "0", {}, add={"new": 2, "sent": -1})
    assert write.onto({}) == {"new": 2, "sent": -1}
    assert write.onto({"new": 5, "kept": "x"}) == {"new": 7, "sent": -1, "kept": "x"}
