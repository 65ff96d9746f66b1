"""What holds for every order, whatever comes and in whatever order it comes."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.messages.fulfillment import OrderProgressed
from contracts.messages.orders import OrderSubmitted
from contracts.messages.subscription import State
from contracts.wire.message import Body
from services.orders.documents.order import PlacedOrder, SubscriptionRows
from services.orders.rules.content import find_differences, fingerprints
from services.orders.rules.contract import to_contract
from services.orders.rules.status import status_of
from tests.ledgers import with_all_rows
from tests.orders.shop import ACME, ADA, CHAIR, CLOCK, POSTER, confirm, item, note, open_shop, order, progressed
from tests.scene import Scene

pytestmark = pytest.mark.usefixtures("small_documents")
STATES: st.SearchStrategy[State] = st.sampled_from(("active", "ended", "cancelled", "reversed"))
ITEMS = st.builds(
    item,
    sku=st.sampled_from((CLOCK, CHAIR, POSTER)),
    quantity=st.integers(1, 5),
    months=st.sampled_from((6, 12, 24)),
    quoted=st.sampled_from((None, 1000, 2500)),
)
ORDERS = st.lists(ITEMS, min_size=1, max_size=4).flatmap(
    lambda items: st.builds(
        lambda customer, confirmed: order(*items, customer=customer, confirmed=confirmed),
        st.sampled_from((ADA, ACME)),
        st.booleans(),
    )
)


@st.composite
def histories(draw: st.DrawFn) -> list[OrderProgressed]:
    """Facts 1 to n of one order; each tells of some items and subscriptions."""
    facts = []
    for version in range(1, draw(st.integers(1, 6)) + 1):
        ids = draw(st.lists(st.sampled_from(("1", "2")), min_size=1, max_size=2, unique=True))
        items = tuple((i, draw(st.integers(0, 2)), 0) for i in ids)
        rows = tuple((n, draw(STATES)) for n in draw(st.lists(st.integers(1, 4), max_size=2, unique=True)))
        facts.append(progressed(version, *items, subscriptions=rows))
    return facts


def told_of(facts: Sequence[OrderProgressed]) -> PlacedOrder:
    shop = open_shop()
    shop.hears(order(item(quantity=2), item(CHAIR, quantity=2)))
    for fact in facts:
        shop.hears(fact)
    return with_all_rows(shop.all_of(PlacedOrder), shop.all_of(SubscriptionRows))["o-1"]


@given(histories(), st.data())
@settings(max_examples=60, deadline=None)
def test_any_repetition_and_order_of_the_facts_of_fulfillment_gives_the_same_order(
    facts: list[OrderProgressed], data: st.DataObject
) -> None:
    repeated = [*facts, *data.draw(st.lists(st.sampled_from(facts), max_size=4))]
    shuffled = data.draw(st.permutations(repeated))
    once, again = told_of(facts), told_of(shuffled)
    assert (once.progress, once.subscriptions, once.status) == (again.progress, again.subscriptions, again.status)


@given(histories())
@settings(max_examples=40, deadline=None)
def test_the_kept_status_is_always_the_one_that_follows_from_the_facts(facts: list[OrderProgressed]) -> None:
    for length in range(len(facts) + 1):
        placed = told_of(facts[:length])
        assert placed.status == status_of(placed)


@given(ORDERS)
@settings(max_examples=60, deadline=None)
def test_totals_are_the_sum_over_the_items_or_absent_while_one_has_no_price(submitted: OrderSubmitted) -> None:
    shop = open_shop()
    shop.hears(submitted)
    placed = to_contract(shop.document(PlacedOrder, "o-1"))
    prices = [(i.unit_price, i.quantity, i.months) for i in placed.items]
    if any(unit is None for unit, _, _ in prices):
        assert (placed.monthly_total, placed.contract_value) == (None, None)
    else:
        assert placed.monthly_total == sum((unit or 0) * q for unit, q, _ in prices)
        assert placed.contract_value == sum((unit or 0) * q * m for unit, q, m in prices)
    assert bool(placed.holds) == any(
        i.unit_price is None or (i.quoted_price not in (None, i.unit_price)) for i in placed.items
    )
    assert (placed.confirmed_at is not None) == (submitted.confirmed and not placed.holds)


@given(ORDERS, st.lists(st.sampled_from((confirm(), note())), max_size=4))
@settings(max_examples=40, deadline=None)
def test_messages_heard_again_change_nothing_and_every_request_has_one_answer(
    submitted: OrderSubmitted, requests: list[Body]
) -> None:
    shop = open_shop()
    messages = list(enumerate([submitted, *requests]))
    for n, message in messages:
        shop.hears(message, id=f"r{n}")
    before = dict(shop.documents)
    for n, message in messages:
        said = shop.hears(message, id=f"r{n}")
        assert [type(body).__name__ for body in said] == ["RequestRepeated"]
    assert shop.documents == before


@given(ORDERS, st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_waited_for_an_order_ends_as_if_it_had_come_after_it(
    submitted: OrderSubmitted, data: st.DataObject
) -> None:
    requests: list[Body] = data.draw(st.lists(st.sampled_from((confirm(), note())), max_size=5))
    early, late = open_shop(), open_shop()
    _hear(early, [*requests, submitted])
    _hear(late, [submitted, *requests])
    assert to_contract(early.document(PlacedOrder, "o-1")) == to_contract(late.document(PlacedOrder, "o-1"))
    assert early.document(PlacedOrder, "o-1").version == late.document(PlacedOrder, "o-1").version
    assert len([key for key in early.documents if key[0] == "awaited_orders"]) == 0


def _hear(shop: Scene, messages: list[Body]) -> None:
    for message in messages:
        shop.hears(message)


@given(ORDERS, ORDERS)
def test_two_submissions_differ_in_no_field_only_if_they_say_the_same(a: OrderSubmitted, b: OrderSubmitted) -> None:
    assert (find_differences(fingerprints(a), fingerprints(b)) == ()) == (a == b)
