from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from pydantic import ValidationError

from contracts.messages.fulfillment import ContractsDue, OrderProgressed
from contracts.messages.life import SubscriptionEnded
from contracts.wire.message import Body
from services.fulfillment.handlers import contracts
from services.fulfillment.settings import Settings
from tests.fulfillment.lives import cancel, codes, day_comes, entry, midnight, rented, reverse, subscriptions
from tests.fulfillment.orders_known import asset, item, ledger, passed, placed, scan, scene
from tests.scene import NOON, only

DAY = timedelta(days=1)
END = date(2025, 5, 15)


def ended(bodies: list[Body]) -> list[str]:
    return [b.subscription.subscription_id for b in bodies if isinstance(b, SubscriptionEnded)]


def test_a_contract_ends_when_the_day_comes_that_it_ends_before() -> None:
    stage = rented()
    assert day_comes(stage, END - DAY) == []
    said = day_comes(stage, END)
    fact = only(said, SubscriptionEnded)
    assert (fact.subscription.state, fact.at, fact.actor) == ("ended", midnight(END), None)
    assert [(r.subscription_id, r.state) for r in only(said, OrderProgressed).subscriptions] == [("o-1/1", "ended")]
    assert asset(stage, "S1").state == "ended"
    assert [(row.kind, row.at) for row in entry(stage).history or ()] == [("SubscriptionEnded", midnight(END))]


def test_an_order_whose_contracts_ended_keeps_its_units() -> None:
    stage = rented("S1", quantity=2)
    day_comes(stage, END)
    assert [(line.taken, line.open) for line in ledger(stage).lines] == [(1, 1)]


def test_days_that_nobody_told_are_caught_up_with() -> None:
    stage = rented()
    fact = only(day_comes(stage, END + 400 * DAY), SubscriptionEnded)
    assert fact.at == midnight(END)


def test_the_same_day_again_ends_nothing_twice() -> None:
    stage = rented()
    day_comes(stage, END)
    before = dict(stage.documents)
    assert day_comes(stage, END) == []
    assert day_comes(stage, END + DAY) == []
    assert stage.documents == before


def test_a_page_that_is_asked_for_again_ends_nothing_twice() -> None:
    stage = rented()
    day_comes(stage, END)
    assert stage.hears(ContractsDue(lane=0, by=END, after="")) == []


def test_a_day_begins_in_the_business_time_zone() -> None:
    stage = rented(settings=Settings(zone=ZoneInfo("Europe/Berlin")))
    assert stage.hears(passed(1, as_of=datetime(2025, 5, 14, 21, 59, tzinfo=UTC))) == []
    said = stage.hears(passed(2, as_of=datetime(2025, 5, 14, 22, 0, tzinfo=UTC)))
    assert only(said, SubscriptionEnded).at == datetime(2025, 5, 14, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "as_of", [datetime(1970, 1, 1, tzinfo=UTC), datetime(9990, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)], ids=str
)
def test_no_time_of_a_clock_leaves_the_calendar_in_any_zone(as_of: datetime) -> None:
    for name in available_timezones():
        stage = rented(settings=Settings(zone=ZoneInfo(name)))
        stage.hears(passed(1, as_of=as_of))
        assert stage.clock.as_of == as_of, name


@pytest.mark.parametrize("year", [1, 1969, 9991, 9999])
def test_a_time_that_no_clock_says_is_no_fact(year: int) -> None:
    with pytest.raises(ValidationError, match="a clock says 1970 to 9990"):
        passed(1, as_of=datetime(year, 12, 31, 23, 30, tzinfo=UTC))


def test_each_contract_of_an_order_ends_on_its_own_day() -> None:
    stage = scene()
    stage.hears(placed(item("1", months=6), item("2", "DESK", months=12)))
    stage.hears(scan("S1", item_id="1"))
    stage.hears(scan("S2", item_id="2"))
    assert ended(day_comes(stage, date(2024, 11, 15))) == ["o-1/1"]
    assert ledger(stage).ends == END.toordinal()
    assert ended(day_comes(stage, END)) == ["o-1/2"]
    assert (ledger(stage).ends, ledger(stage).home) == (None, None)


def test_a_contract_that_was_cancelled_or_reversed_does_not_end_by_date() -> None:
    stage = rented("S1", "S2")
    stage.hears(cancel("o-1/1"))
    stage.hears(reverse("o-1/2"))
    assert "ends" not in stage.documents["ledgers", "o-1"]
    assert day_comes(stage, END) == []


def test_a_late_scan_of_a_contract_that_has_ended_already_ends_with_the_next_tick() -> None:
    stage = scene()
    stage.hears(placed())
    day_comes(stage, END + 9 * DAY)
    stage.hears(scan("S1"), time=NOON)
    assert ended(day_comes(stage, END + 10 * DAY)) == ["o-1/1"]


def test_many_orders_end_page_by_page_and_none_is_forgotten() -> None:
    stage = scene()
    for n in range(2 * contracts.PAGE + 3):
        stage.hears(placed(order_id=f"o-{n:03}"))
        stage.hears(scan(f"S{n}", order_id=f"o-{n:03}"))
    said = day_comes(stage, END)
    assert [b.after for b in said if isinstance(b, ContractsDue)] == ["", "o-024", "o-049", "o-052"]
    assert len(ended(said)) == 2 * contracts.PAGE + 3


def test_an_order_with_very_many_contracts_ends_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contracts, "WORK", 4)
    stage = scene()
    for order_id in ("o-1", "o-2"):
        stage.hears(placed(item(quantity=10), order_id=order_id))
        stage.hears(scan(*(f"{order_id}-{n}" for n in range(10)), order_id=order_id))
    said = day_comes(stage, END)
    assert [b.after for b in said if isinstance(b, ContractsDue)] == ["", "", "", "o-1", "o-1", "o-2"]
    assert ended(said) == [f"{o}/{n}" for o in ("o-1", "o-2") for n in range(1, 11)]
    portions = "".join(type(b).__name__[0] for b in said if isinstance(b, ContractsDue | SubscriptionEnded))
    assert portions == "CSSSSCSSSSCSSSSCSSSSCSSSSC"


def test_what_ended_is_asked_nothing_but_an_extension() -> None:
    stage = rented()
    day_comes(stage, END)
    [(code, _)] = codes(stage.hears(cancel(), time=midnight(END)))
    assert code.value == "subscription_ended"


def test_a_test_orders_contracts_end_as_any() -> None:
    stage = scene()
    stage.hears(placed(order_id="t-1", test=True))
    stage.hears(scan("S1", order_id="t-1"))
    [now] = subscriptions(day_comes(stage, END))
    assert (now.test, now.state) == (True, "ended")
