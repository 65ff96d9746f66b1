import pytest

from contracts.messages.orders import CustomerGroupChangeRequested, NoteAdded, NoteSubmitted, RequestRepeated
from services.engine.core.document import replace
from services.orders.documents.customer import CustomerRecord
from services.orders.documents.note import KeptNote
from services.orders.documents.order import PlacedOrder
from services.orders.documents.party import Group
from tests.orders.shop import codes, group, kinds, note, open_shop, order, progressed, written
from tests.scene import NOON, only


def test_a_note_about_an_order_is_kept_by_itself_and_told_alone() -> None:
    shop = open_shop()
    shop.hears(order(notes=(written("first"),)))
    fact = only(shop.hears(note("second")), NoteAdded)
    assert (fact.order_id, fact.customer_id, fact.number, fact.version) == ("o-1", None, 2, 3)
    assert (fact.text, fact.author, fact.written_at) == ("second", "Grace", NOON)
    assert shop.document(KeptNote, "o-1/0002").text == "second"


def test_an_order_takes_notes_at_any_status() -> None:
    shop = open_shop()
    shop.hears(order())
    shop.hears(progressed(1, ("1", 1, 0)))
    assert kinds(shop.hears(note())) == ["NoteAdded"]
    placed = shop.document(PlacedOrder, "o-1")
    shop.keep(PlacedOrder, "o-1", replace(placed, cancelled_at=NOON, status="cancelled"))
    assert kinds(shop.hears(note())) == ["NoteAdded"]


def test_the_same_note_with_a_new_id_is_meant_twice() -> None:
    shop = open_shop()
    shop.hears(order())
    assert [only(shop.hears(note()), NoteAdded).number for _ in range(2)] == [1, 2]


def test_the_same_message_adds_no_second_note() -> None:
    shop = open_shop()
    shop.hears(order())
    shop.hears(note(), id="m")
    assert only(shop.hears(note(), id="m"), RequestRepeated).outcome == "NoteAdded"
    assert shop.document(PlacedOrder, "o-1").notes == 1


def test_a_note_about_a_customer_needs_no_order() -> None:
    shop = open_shop()
    fact = only(shop.hears(note("Prefers mornings", None, "ada")), NoteAdded)
    assert (fact.order_id, fact.customer_id, fact.number, fact.version) == (None, "ada", 1, 1)
    assert shop.document(KeptNote, "customer:ada/0001").text == "Prefers mornings"


def test_notes_and_default_group_of_a_customer_count_under_one_version() -> None:
    shop = open_shop()
    shop.hears(note("one", None, "acme"))
    shop.hears(CustomerGroupChangeRequested(customer_id="acme", group=group("nl"), actor="Grace"))
    assert only(shop.hears(note("two", None, "acme")), NoteAdded).version == 3
    assert shop.document(CustomerRecord, "acme").group == Group(id="nl", name="Group nl")


def test_a_note_about_a_customer_heard_again_is_a_repeat() -> None:
    shop = open_shop()
    shop.hears(note("one", None, "ada"), id="m")
    assert kinds(shop.hears(note("one", None, "ada"), id="m")) == ["RequestRepeated"]
    assert codes(shop.hears(note("other", None, "ada"), id="m")) == ["id_reused"]
    assert shop.document(CustomerRecord, "ada").notes == 1


@pytest.mark.parametrize(("order_id", "customer_id"), [("o-1", None), (None, "ada")])
def test_an_order_or_a_customer_holds_at_most_500_notes(order_id: str | None, customer_id: str | None) -> None:
    shop = open_shop()
    shop.hears(order())
    shop.keep(PlacedOrder, "o-1", replace(shop.document(PlacedOrder, "o-1"), notes=500))
    shop.keep(CustomerRecord, "ada", CustomerRecord(notes=500))
    assert codes(shop.hears(note("one more", order_id, customer_id))) == ["too_many_notes"]


@pytest.mark.parametrize("about", [{"order_id": "o-1"}, {"customer_id": "ada"}])
def test_a_note_that_is_too_long_is_refused_and_remembered(about: dict[str, str]) -> None:
    shop = open_shop()
    shop.hears(order())
    long = about | {"text": "x" * 4001, "author": "Grace"}
    assert codes(shop.hears(long, kind=NoteSubmitted, id="m")) == ["text_too_long"]
    assert kinds(shop.hears(long, kind=NoteSubmitted, id="m")) == ["RequestRepeated"]
