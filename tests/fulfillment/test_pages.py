"""An order with more subscriptions than its ledger holds itself: they lie on pages, and nothing else is different."""

from datetime import date
from typing import Any

import pytest

from contracts.messages.changes import OrderChangeAccepted
from contracts.messages.fulfillment import OrderProgressed, RequestRepeated, SubscriptionCreated
from contracts.messages.life import (
    AssetReturned,
    SubscriptionCancelled,
    SubscriptionEnded,
    SubscriptionPayerChanged,
    SubscriptionReversed,
)
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.service import Key, Page
from services.engine.core.unit_of_work import BatchUnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.book import EMBEDDED, ON_A_PAGE
from services.fulfillment.documents.ledger import EntryPage, Ledger
from tests.fulfillment.lives import TODAY, cancel, codes, day_comes, give_back, reverse, subscriptions
from tests.fulfillment.orders_known import (
    ADA,
    asset,
    in_one_batch,
    item,
    ledger,
    ledgers,
    placed,
    refused,
    scan,
    scene,
    serials,
)
from tests.fulfillment.proposals import ELSEWHERE, proposed
from tests.ledgers import joined
from tests.scene import Scene, only

UNITS = EMBEDDED + 2 * ON_A_PAGE + 6
LAST = f"o-1/{UNITS}"


def serial(number: int) -> str:
    return f"S{number:03}"


def rented(units: int = UNITS, start: date | None = None) -> Scene:
    stage = scene()
    stage.hears(placed(item(quantity=500)))
    stage.hears(scan(*map(serial, range(1, units + 1)), start=start))
    return stage


def from_before_pages(stage: Scene) -> Scene:
    """As the last version without pages stored it: all subscriptions in the ledger."""
    for order_id, whole in ledgers(stage).items():
        stage.keep(Ledger, order_id, whole)
    stage.documents = {key: stored for key, stored in stage.documents.items() if key[0] != "entry_pages"}
    return stage


@pytest.fixture(params=["on pages", "from before pages"])
def stage(request: pytest.FixtureRequest) -> Scene:
    return rented() if request.param == "on pages" else from_before_pages(rented())


def test_the_first_subscriptions_lie_in_the_ledger_and_the_others_on_pages() -> None:
    stage = rented()
    pages = stage.all_of(EntryPage)
    kept = stage.document(Ledger, "o-1")
    assert (len(kept.entries), kept.paged, kept.count) == (EMBEDDED, UNITS - EMBEDDED, UNITS)
    assert [(id_, page.first, len(page.entries)) for id_, page in sorted(pages.items())] == [
        ("o-1/00001", EMBEDDED + 1, ON_A_PAGE),
        ("o-1/00002", EMBEDDED + 1 + ON_A_PAGE, ON_A_PAGE),
        ("o-1/00003", EMBEDDED + 1 + 2 * ON_A_PAGE, 6),
    ]
    assert [entry.serial for entry in ledger(stage).entries] == [serial(n) for n in range(1, UNITS + 1)]


def test_an_ordinary_order_has_one_document() -> None:
    stage = rented(EMBEDDED)
    assert stage.all_of(EntryPage) == {}
    assert "paged" not in stage.documents["ledgers", "o-1"]


def test_a_ledger_from_before_there_were_pages_keeps_what_it_has_and_gets_pages_behind_it() -> None:
    stage = from_before_pages(rented(100))
    said = stage.hears(scan(*(f"T{n}" for n in range(40))))
    assert [each.subscription.subscription_id for each in said if isinstance(each, SubscriptionCreated)] == [
        f"o-1/{number}" for number in range(101, 141)
    ]
    kept = stage.document(Ledger, "o-1")
    assert (len(kept.entries), kept.paged) == (100, 40)
    assert [(page.first, len(page.entries)) for page in stage.all_of(EntryPage).values()] == [(101, 32), (133, 8)]
    assert codes(stage.hears(reverse("o-1/140"))) == []
    assert ledger(stage).entries[139].state == "reversed"


def test_one_by_one_or_in_one_batch_gives_the_same_pages() -> None:
    one_by_one, at_once = scene(), scene()
    for stage in (one_by_one, at_once):
        stage.hears(placed(item(quantity=500)))
    scans = [scan(serial(n)) for n in range(1, UNITS + 1)]
    for each in scans:
        one_by_one.hears(each)
    in_one_batch(at_once, *scans)
    assert ledger(one_by_one).entries == ledger(at_once).entries
    assert one_by_one.all_of(EntryPage) == at_once.all_of(EntryPage)
    assert one_by_one.document(Ledger, "o-1").page_ends == at_once.document(Ledger, "o-1").page_ends


def test_a_subscription_on_a_page_is_cancelled_returned_and_reversed(stage: Scene) -> None:
    assert only(stage.hears(cancel(LAST)), SubscriptionCancelled).subscription.serial == serial(UNITS)
    returned = only(stage.hears(give_back(None, serial(UNITS))), AssetReturned)
    assert returned.subscription.subscription_id == LAST
    assert asset(stage, serial(UNITS)).state == "returned"
    said = stage.hears(reverse(LAST))
    assert only(said, SubscriptionReversed).subscription.subscription_id == LAST
    assert [(r.subscription_id, r.state) for r in only(said, OrderProgressed).subscriptions] == [(LAST, "reversed")]
    assert ledger(stage).lines[0].taken == UNITS - 1


def test_one_that_the_order_does_not_have_is_unknown(stage: Scene) -> None:
    assert codes(stage.hears(reverse(f"o-1/{UNITS + 1}"))) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]


def test_a_double_beep_on_a_page_is_recognised_and_names_the_first_scan(stage: Scene) -> None:
    first = stage.hears(scan("Z1"), id="first")
    assert serials(first) == ["Z1"]
    repeated = only(stage.hears(scan("Z1"), id="second"), RequestRepeated)
    assert (repeated.first_id, repeated.outcome) == ("first", "SubscriptionCreated")
    mixed = stage.hears(scan(*map(serial, range(1, UNITS + 1)), "Z2"))
    assert serials(mixed) == ["Z2"]
    assert refused(mixed) == [(serial(n), Code.ALREADY_DONE) for n in range(1, UNITS + 1)]


def test_every_active_subscription_of_an_order_gets_the_new_payer(stage: Scene) -> None:
    stage.hears(reverse(LAST))
    said = stage.hears(proposed(item(quantity=500), change="payer", billing=ELSEWHERE))
    only(said, OrderChangeAccepted)
    moved = [each.subscription for each in said if isinstance(each, SubscriptionPayerChanged)]
    assert [each.subscription_id for each in moved] == [f"o-1/{number}" for number in range(1, UNITS)]
    assert {each.payers[-1].payer for each in moved} == {"group:looms"}
    assert [len(entry.payers or ()) for entry in ledger(stage).entries] == [2] * (UNITS - 1) + [0]


def test_terms_that_the_last_subscription_was_made_on_are_never_touched(stage: Scene) -> None:
    other = ADA.model_copy(update={"last_name": "Lovelace"})
    stage.hears(placed(item(quantity=500), version=2, customer=other))
    assert [terms.customer.last_name for terms in ledger(stage).terms] == ["King", "Lovelace"]
    another = ADA.model_copy(update={"last_name": "Byron"})
    stage.hears(placed(item(quantity=500), version=3, customer=another))
    assert [terms.customer.last_name for terms in ledger(stage).terms] == ["King", "Byron"]


def test_contracts_end_by_date_wherever_they_lie(stage: Scene) -> None:
    stage.hears(scan("LATER", start=date(2024, 5, 20)))
    stage.hears(cancel("o-1/40", on=date(2024, 6, 30)))
    assert _ended(day_comes(stage, date(2024, 7, 1))) == ["o-1/40"]
    assert _ended(day_comes(stage, date(2025, 5, 14))) == []
    ended = _ended(day_comes(stage, date(2025, 5, 15)))
    assert sorted(ended) == sorted(f"o-1/{n}" for n in range(1, UNITS + 1) if n != 40)
    assert _ended(day_comes(stage, date(2025, 5, 20))) == [f"o-1/{UNITS + 1}"]
    assert all(device.state == "ended" for device in stage.all_of(Asset).values())
    kept = stage.document(Ledger, "o-1")
    assert (kept.ends, kept.home, set(kept.page_ends)) == (None, None, {0})


def _ended(said: list[Body]) -> list[str]:
    return [each.subscription.subscription_id for each in said if isinstance(each, SubscriptionEnded)]


def test_the_day_of_the_first_end_is_known_of_each_page() -> None:
    stage = rented(start=TODAY)
    year_later = date(2025, 5, 15).toordinal()
    assert stage.document(Ledger, "o-1").page_ends == (year_later,) * 3
    stage.hears(cancel("o-1/70", on=date(2024, 6, 30)))
    kept = stage.document(Ledger, "o-1")
    assert kept.page_ends == (year_later, date(2024, 7, 1).toordinal(), year_later)
    assert kept.ends == date(2024, 7, 1).toordinal()


def test_when_many_contracts_end_each_page_is_loaded_and_decided_a_few_times_not_once_for_each_contract() -> None:
    loads = 0

    class Counting(Scene):
        def _load(self, work: BatchUnitOfWork, keys: tuple[Key, ...], pages: tuple[tuple[str, Page[Any]], ...]) -> None:
            nonlocal loads
            loads += 1
            super()._load(work, keys, pages)

    kept = rented(500)
    stage = Counting(kept.service, kept.documents, clock=kept.clock)
    assert len(_ended(day_comes(stage, date(2025, 5, 15)))) == 500
    assert loads < 20


def test_a_device_that_another_order_has_by_now_is_found_by_its_history(stage: Scene) -> None:
    which = f"o-1/{UNITS - 1}"
    stage.hears(cancel(which))
    stage.hears(give_back(which))
    stage.hears(placed(order_id="o-2"))
    assert serials(stage.hears(scan(serial(UNITS - 1), order_id="o-2"))) == [serial(UNITS - 1)]
    again = stage.hears(give_back(which, serial(UNITS - 1)))
    assert codes(again) == [(Code.ALREADY_RETURNED, "")]


def test_when_the_last_subscription_is_reversed_units_that_were_given_up_open_again() -> None:
    stage = rented(EMBEDDED + 1)
    stage.hears(proposed(item(quantity=500), change="short_close"))
    for number in range(1, EMBEDDED + 1):
        stage.hears(reverse(f"o-1/{number}"))
    assert ledger(stage).lines[0].cancelled == 500 - EMBEDDED - 1
    stage.hears(reverse(f"o-1/{EMBEDDED + 1}"))
    assert (ledger(stage).lines[0].taken, ledger(stage).lines[0].cancelled) == (0, 0)


def test_what_judges_orders_in_the_tests_notices_a_page_that_is_missing_or_misplaced() -> None:
    stage = rented()
    pages, books = stage.all_of(EntryPage), stage.all_of(Ledger)
    with pytest.raises(AssertionError, match="are counted"):
        joined(books, {id_: page for id_, page in pages.items() if page.first < 90})
    with pytest.raises(AssertionError, match="begins with"):
        joined(books, {id_: replace(page, first=page.first + 1) for id_, page in pages.items()})


def test_subscriptions_are_told_whole_from_pages(stage: Scene) -> None:
    told = subscriptions([say.body for say in stage.said])
    assert [each.serial for each in told] == [serial(n) for n in range(1, UNITS + 1)]
