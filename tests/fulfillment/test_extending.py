from datetime import date, timedelta

import pytest

from contracts.messages.life import SubscriptionCancelled, SubscriptionEnded, SubscriptionExtended
from contracts.messages.subscription import PayerFrom, PriceStretch
from contracts.values.calendar import months_after
from contracts.values.money import CURRENCY_EXPONENTS, Money
from contracts.values.refusals import Code
from services.engine.core.document import replace
from services.fulfillment.documents.ledger import Ledger, Stretch
from tests.fulfillment.lives import (
    TODAY,
    cancel,
    codes,
    correct,
    day_comes,
    entry,
    euros,
    extend,
    give_back,
    midnight,
    rented,
    reverse,
)
from tests.fulfillment.orders_known import asset, ledger
from tests.scene import Scene, only

DAY = timedelta(days=1)
END = date(2025, 5, 15)
LAST_MONTH = midnight(date(2025, 4, 15))


def test_a_contract_goes_on_without_a_gap_at_its_present_price() -> None:
    stage = rented()
    fact = only(stage.hears(extend(END, 12), time=LAST_MONTH), SubscriptionExtended)
    now = fact.subscription
    assert (fact.extended_from, fact.extended_by) == (END, 12)
    assert (now.months, now.ends_before, now.start_date) == (24, date(2026, 5, 15), TODAY)
    assert now.prices == (PriceStretch(months=24, amount=4900),)
    assert now.payers == (PayerFrom(payer="group:engines"),)


def test_a_given_price_counts_for_the_new_months_only() -> None:
    stage = rented()
    said = stage.hears(extend(END, price=euros(3900), reason="loyal"), time=LAST_MONTH)
    now = only(said, SubscriptionExtended).subscription
    assert now.prices == (PriceStretch(months=12, amount=4900), PriceStretch(months=6, amount=3900))
    again = stage.hears(extend(date(2025, 11, 15)), time=midnight(date(2025, 10, 15)))
    assert only(again, SubscriptionExtended).subscription.prices[-1] == PriceStretch(months=12, amount=3900)


def test_another_price_needs_a_reason_and_the_subscriptions_currency() -> None:
    stage = rented()
    said = stage.hears(extend(END, price=Money(amount=1, currency="USD")), time=LAST_MONTH)
    assert codes(said) == [(Code.MIXED_CURRENCY, "price.currency"), (Code.FIELD_REQUIRED, "reason")]
    blank = stage.hears(extend(END, price=euros(3900), reason=" "), time=LAST_MONTH)
    assert codes(blank) == [(Code.FIELD_REQUIRED, "reason")]


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        (date(2024, 8, 31), (date(2025, 2, 28), date(2025, 8, 31))),
        (date(2024, 2, 29), (date(2024, 8, 29), date(2025, 2, 28))),
        (date(2024, 3, 31), (date(2024, 9, 30), date(2025, 3, 31))),
    ],
)
def test_ends_are_computed_from_the_original_anchor(start: date, ends: tuple[date, date]) -> None:
    stage = rented(start=start, months=6)
    assert entry(stage).start_date == start
    now = only(stage.hears(extend(ends[0]), time=midnight(ends[0] - DAY)), SubscriptionExtended).subscription
    assert now.ends_before == ends[1] == months_after(start, 12)


def test_an_extension_names_the_end_that_it_knows() -> None:
    stage = rented()
    stage.hears(extend(END), time=LAST_MONTH)
    assert codes(stage.hears(extend(END), time=LAST_MONTH)) == [(Code.ENDS_BEFORE_MISMATCH, "ends_before")]


def test_a_contract_is_extended_from_its_last_contract_month_on() -> None:
    stage = rented()
    assert codes(stage.hears(extend(END), time=LAST_MONTH - DAY)) == [(Code.EXTENSION_TOO_EARLY, "")]
    only(stage.hears(extend(END), time=LAST_MONTH), SubscriptionExtended)


def test_the_last_contract_month_of_an_extended_contract_is_the_new_one() -> None:
    stage = rented()
    stage.hears(extend(END), time=LAST_MONTH)
    end = date(2025, 11, 15)
    assert codes(stage.hears(extend(end), time=midnight(date(2025, 10, 14)))) == [(Code.EXTENSION_TOO_EARLY, "")]
    only(stage.hears(extend(end), time=midnight(date(2025, 10, 15))), SubscriptionExtended)


def ended() -> Scene:
    stage = rented()
    only(day_comes(stage, END), SubscriptionEnded)
    return stage


def test_one_that_ended_by_date_goes_on_while_its_device_is_out() -> None:
    stage = ended()
    assert asset(stage, "S1").state == "ended"
    now = only(stage.hears(extend(END), time=midnight(END + 9 * DAY)), SubscriptionExtended).subscription
    assert (now.state, now.ends_before) == ("active", date(2025, 11, 15))
    device = asset(stage, "S1")
    assert (device.state, device.holder is not None) == ("in_use", True)
    only(day_comes(stage, date(2025, 11, 15)), SubscriptionEnded)


def test_one_that_was_extended_into_the_past_ends_again_with_the_next_tick() -> None:
    stage = rented()
    only(day_comes(stage, END + 300 * DAY), SubscriptionEnded)
    only(stage.hears(extend(END), time=midnight(END + 300 * DAY)), SubscriptionExtended)
    said = day_comes(stage, END + 301 * DAY)
    assert only(said, SubscriptionEnded).at == midnight(date(2025, 11, 15))


def test_not_when_its_device_came_back() -> None:
    stage = ended()
    stage.hears(give_back(), time=midnight(END))
    assert codes(stage.hears(extend(END), time=midnight(END))) == [(Code.ALREADY_RETURNED, "")]
    early = rented()
    early.hears(give_back())
    assert codes(early.hears(extend(END), time=LAST_MONTH)) == [(Code.ALREADY_RETURNED, "")]


def test_not_when_it_was_or_will_be_cancelled_or_was_reversed() -> None:
    stage = rented("S1", "S2", "S3")
    only(stage.hears(cancel("o-1/1")), SubscriptionCancelled)
    only(stage.hears(cancel("o-1/2", on=TODAY + 99 * DAY)), SubscriptionCancelled)
    stage.hears(reverse("o-1/3"))
    for number, code in ((1, "CANCELLED"), (2, "CANCELLED"), (3, "REVERSED")):
        said = stage.hears(extend(END, which=f"o-1/{number}"), time=LAST_MONTH)
        assert codes(said) == [(Code[f"SUBSCRIPTION_{code}"], "")]


def paid_by(stage: Scene, payer: str) -> None:
    """Later subscriptions of the order have another payer."""
    book = ledger(stage)
    stage.keep(
        Ledger,
        "o-1",
        replace(book, terms=(*book.terms, replace(book.terms[-1], payer=payer))),
    )


def test_the_orders_present_payer_pays_for_what_had_ended_before_it_changed() -> None:
    stage = ended()
    paid_by(stage, "customer:ada")
    now = only(stage.hears(extend(END), time=midnight(END)), SubscriptionExtended).subscription
    assert now.payers == (PayerFrom(payer="group:engines"), PayerFrom(payer="customer:ada", from_date=END))


def test_what_had_ended_goes_on_with_its_payer_if_the_order_has_no_other() -> None:
    stage = ended()
    now = only(stage.hears(extend(END), time=midnight(END)), SubscriptionExtended).subscription
    assert now.payers == (PayerFrom(payer="group:engines"),)


def test_an_active_ones_payers_are_not_the_extensions_concern() -> None:
    stage = rented()
    paid_by(stage, "customer:ada")
    now = only(stage.hears(extend(END), time=LAST_MONTH), SubscriptionExtended).subscription
    assert now.payers == (PayerFrom(payer="group:engines"),)


def test_a_contract_has_at_most_1200_months() -> None:
    stage = rented(months=36)
    book = ledger(stage)
    old = replace(book.entries[0], months=1188, prices=(Stretch(months=1188, amount=4900),))
    stage.keep(Ledger, "o-1", replace(book, entries=(old,)))
    end = months_after(TODAY, 1188)
    then = midnight(end)
    assert codes(stage.hears(extend(end, 24), time=then)) == [(Code.CONTRACT_TOO_LONG, "months")]
    assert only(stage.hears(extend(end, 12), time=then), SubscriptionExtended).subscription.months == 1200


def test_a_corrected_serial_goes_on_with_the_contract() -> None:
    stage = rented()
    stage.hears(correct("S9"))
    day_comes(stage, END)
    stage.hears(extend(END), time=midnight(END))
    assert asset(stage, "S9").state == "in_use"
    assert asset(stage, "S1").state == "available"


def test_an_extension_is_a_row_of_the_history() -> None:
    stage = rented()
    stage.hears(extend(END, reason="asked by phone"), time=LAST_MONTH)
    assert [(r.kind, r.actor, r.reason, r.at) for r in entry(stage).history or ()] == [
        ("SubscriptionExtended", "Grace", "asked by phone", LAST_MONTH)
    ]


def test_a_contract_in_a_withdrawn_currency_goes_on_at_an_agreed_price(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = rented()
    monkeypatch.delitem(CURRENCY_EXPONENTS, "EUR")
    fact = only(stage.hears(extend(END, 12, price=euros(4000), reason="agreed"), time=LAST_MONTH), SubscriptionExtended)
    assert fact.subscription.prices == (PriceStretch(months=12, amount=4900), PriceStretch(months=12, amount=4000))
