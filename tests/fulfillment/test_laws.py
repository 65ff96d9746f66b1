"""What must hold whatever happens: any scans in any order, any order and repetition of the facts about an order."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.messages.fulfillment import ItemFulfillmentRequested, OrderProgressed, SubscriptionCreated
from contracts.values.calendar import months_after
from contracts.wire.message import Body
from tests.fulfillment.orders_known import (
    ADA,
    confirmed,
    in_one_batch,
    item,
    ledger,
    passed,
    placed,
    released,
    scan,
    scene,
)
from tests.scene import only

pytestmark = pytest.mark.usefixtures("small_documents")
ITEMS = (item("1", "BIKE", quantity=2), item("2", "BIKE", quantity=1), item("3", "DESK", quantity=2, months=24))
ORDERS = ("o-1", "o-2")


@st.composite
def scans(draw: st.DrawFn) -> ItemFulfillmentRequested:
    return scan(
        *draw(st.lists(st.sampled_from(("S1", "s1 ", "S2", "S3", "S4", "S5", "\x00")), min_size=1, max_size=4)),
        order_id=draw(st.sampled_from(ORDERS)),
        item_id=draw(st.sampled_from((None, "1", "2", "3", "9"))),
        sku=draw(st.sampled_from((None, None, "BIKE", "DESK"))),
    )


facts = st.sampled_from([placed(*ITEMS, order_id=o, held=held) for o in ORDERS for held in (True, False)]) | (
    st.sampled_from([released(*ITEMS, order_id=o) for o in ORDERS] + [confirmed(*ITEMS, order_id=o) for o in ORDERS])
)
ticks = st.integers(0, 50).map(lambda hours: passed(hours * 3_600_000))


@given(st.lists(st.tuples(st.sampled_from("abcdef"), scans() | facts | ticks), max_size=14))
@settings(max_examples=150, deadline=None)
def test_no_item_has_more_subscriptions_than_units_and_no_serial_is_active_twice(
    story: list[tuple[str, Body]],
) -> None:
    stage = scene()
    for id_, body in story:
        stage.hears(body, id=id_)
    made = [s.body.subscription for s in stage.said if isinstance(s.body, SubscriptionCreated)]
    units = {line.item_id: line.quantity for line in ITEMS}
    taken = Counter((m.order_id, m.item_id) for m in made)
    assert all(count <= units[item_id] for (_, item_id), count in taken.items())
    assert all(count == 1 for count in Counter(m.serial for m in made).values())
    assert len({m.subscription_id for m in made}) == len(made)
    for order_id in ORDERS:
        rows = [
            row.subscription_id
            for s in stage.said
            if isinstance(s.body, OrderProgressed) and s.body.order_id == order_id
            for row in s.body.subscriptions
        ]
        assert rows == [m.subscription_id for m in made if m.order_id == order_id]


@given(st.lists(scans(), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_batch_decides_as_its_messages_one_by_one(story: list[ItemFulfillmentRequested]) -> None:
    alone, together = scene(), scene()
    for stage in (alone, together):
        for order_id in ORDERS:
            stage.hears(placed(*ITEMS, order_id=order_id))
    one_by_one = [b for body in story for b in alone.hears(body)]
    at_once = in_one_batch(together, *story)

    def subscriptions(bodies: list[Body]) -> list[tuple[str, str]]:
        found = [b.subscription for b in bodies if isinstance(b, SubscriptionCreated)]
        return [(s.subscription_id, s.serial) for s in found]

    assert subscriptions(one_by_one) == subscriptions(at_once)


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_any_order_and_repetition_of_the_facts_about_an_order_leads_to_the_same_ledger(data: st.DataObject) -> None:
    newest = confirmed(*ITEMS, version=9, customer=ADA.model_copy(update={"phone": "+44"}))
    known = [placed(*ITEMS, held=True), released(*ITEMS, version=2), confirmed(*ITEMS, version=5), newest]
    story = data.draw(st.permutations([*known, *data.draw(st.lists(st.sampled_from(known), max_size=4))]))
    stage, straight = scene(), scene()
    for fact in story:
        stage.hears(fact)
    straight.hears(newest)
    assert ledger(stage) == ledger(straight)


@given(st.dates(date(2024, 2, 15), date(2025, 5, 15)), st.sampled_from((6, 12, 24, 36)))
@settings(max_examples=60, deadline=None)
def test_a_contract_lasts_its_months_from_the_anchor(start: date, months: int) -> None:
    stage = scene()
    stage.hears(placed(item(months=months)))
    made = only(stage.hears(scan("S1", start=start)), SubscriptionCreated).subscription
    assert (made.start_date, made.ends_before) == (start, months_after(start, months))
    assert (made.ends_before.year - start.year) * 12 + made.ends_before.month - start.month == months
    assert sum(stretch.months for stretch in made.prices) == months
