"""What must hold whatever is asked of subscriptions, in any order and repetition."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.messages.changes import OrderChangeProposed
from contracts.messages.fulfillment import (
    ItemFulfillmentParked,
    OrderProgressed,
    RequestParked,
    RequestRefused,
    RequestRepeated,
    SentOn,
    SubscriptionRow,
)
from contracts.messages.life import SubscriptionExtended
from contracts.messages.subscription import Subscription, SubscriptionFact
from contracts.values.calendar import months_after
from contracts.wire.message import Body, Fact, Request
from services.engine.core.message import Cause
from services.engine.core.service import Emit
from services.fulfillment.documents.asset import Asset
from services.fulfillment.rules.ending import first_end
from services.fulfillment.rules.subscription import ends_before, months_of, prices_of, to_contract
from tests.fulfillment.lives import (
    TODAY,
    arrived,
    cancel,
    correct,
    entry,
    euros,
    extend,
    give_back,
    midnight,
    rented,
    reverse,
    ship,
    subscriptions,
    swap_device,
)
from tests.fulfillment.orders_known import in_one_batch, item, ledgers, passed, placed, scan, scene
from tests.fulfillment.proposals import BILLING, ELSEWHERE, proposed
from tests.scene import Scene, only

ORDERS = ("o-1", "o-2")
pytestmark = pytest.mark.usefixtures("small_documents")
ITEMS = (item("1", "BIKE", quantity=2, months=6), item("2", "BIKE", quantity=1, months=12))
SERIALS = ("S1", "S2", "S3", "S4")

serials = st.sampled_from(SERIALS)
which = st.sampled_from([f"{order_id}/{number}" for order_id in ORDERS for number in (1, 2, 3)])
ends = st.sampled_from([months_after(TODAY, months) for months in (6, 12, 18)])
days = st.one_of(st.none(), st.integers(0, 200).map(lambda n: TODAY + timedelta(days=n)))
kinds = st.sampled_from(("cancellation", "short_close", "payer", "payer"))
payers = st.sampled_from((BILLING, ELSEWHERE))
named = st.one_of(
    st.builds(cancel, which, days),
    st.builds(extend, ends, st.just(6), which),
    st.builds(correct, serials, which),
    st.builds(swap_device, serials, which),
    st.builds(give_back, which),
    st.builds(reverse, which),
    st.builds(ship, which),
)
by_serial = st.one_of(
    st.builds(lambda serial: give_back(None, serial), serials),
    st.builds(lambda serial: cancel(None, serial=serial), serials),
    st.builds(lambda serial, new: swap_device(new, None, serial=serial), serials, serials),
    st.builds(arrived, serials, st.sampled_from(("BIKE", "BIKE", "DESK"))),
)
scans = st.builds(
    lambda found, order_id, item_id: scan(*found, order_id=order_id, item_id=item_id),
    st.lists(serials, min_size=1, max_size=3),
    st.sampled_from(ORDERS),
    st.sampled_from(("1", "2")),
)
orders = st.sampled_from([placed(*ITEMS, order_id=order_id) for order_id in ORDERS])
edited = st.sampled_from([ITEMS[:1], ITEMS[1:], ITEMS, (ITEMS[0], item("3", "DESK")), (item("1", "DESK"), *ITEMS[1:])])
changes = st.one_of(
    st.builds(lambda items: proposed(*items), edited),
    st.builds(lambda kind, billing: proposed(*ITEMS, change=kind, billing=billing), kinds, payers),
)
"""What orders proposes about ``o-1``; the story numbers it."""


def ticks(hours: int) -> st.SearchStrategy[Body]:
    """The clock: at most so many hours of waiting, and any civil day."""
    return st.tuples(st.integers(0, hours), st.integers(0, 400)).map(
        lambda t: passed(t[0] * 3_600_000, as_of=midnight(TODAY + timedelta(days=t[1])))
    )


Step = tuple[Body, int]
"""A message, and how many days after today its sender sent it."""
asked = scans | scans | named | named | by_serial | orders | changes
sent = st.sampled_from((0, 0, 30, 160, 190))
steps = st.tuples(asked | ticks(40), sent)
within_a_day = st.tuples(asked | ticks(23), sent)


def hears(stage: Scene, number: int, step: Step) -> list[Body]:
    """Lets it hear the step of a story that has this number."""
    body, time = step[0], midnight(TODAY + timedelta(days=step[1]))
    if isinstance(body, OrderChangeProposed):
        body = body.model_copy(update={"number": number, "requested_at": time})
    return stage.hears(body, id=f"m{number}", time=time)


def told(stage: Scene, story: Sequence[Step]) -> None:
    for number, step in enumerate(story):
        hears(stage, number, step)


def assets(stage: Scene) -> dict[str, Asset]:
    return {id_: stage.document(Asset, id_) for name, id_ in stage.documents if name == "assets"}


def books_agree(stage: Scene) -> None:
    """Units, entries and devices say the same."""
    held: dict[str, tuple[str, int]] = {}
    for order_id, book in ledgers(stage).items():
        lines = {line.item_id: line for line in book.lines}
        taken = Counter(e.item_id for e in book.entries if e.state != "reversed")
        for line in book.lines:
            assert line.taken == taken[line.item_id]
            assert line.open >= 0
        assert book.ends == first_end(book.lines, book.entries)
        assert book.unsaid == ()
        if book.cancelled_at is not None:
            assert not taken
        for number, each in enumerate(book.entries, start=1):
            if each.state == "reversed":
                continue  # an amendment may have removed its item
            line = lines[each.item_id]
            assert sum(p.months for p in prices_of(each, line)) == months_of(each, line)
            if each.cancelled_on is None:
                assert ends_before(each, line) == months_after(each.start_date, months_of(each, line))
            if each.state == "active":
                assert each.serial not in held, "a serial in two active subscriptions"
                held[each.serial] = (order_id, number)
    for serial, asset in assets(stage).items():
        holder = asset.holder
        assert held.get(serial) == (None if holder is None else (holder.order_id, holder.number))
        if asset.state == "ended":
            last = ledgers(stage)[asset.history[-1].order_id].entries[asset.history[-1].number - 1]
            assert (last.serial, last.returned_at, last.state in ("ended", "cancelled")) == (serial, None, True)


def versions_have_no_gaps(stage: Scene) -> None:
    versions: dict[str, list[int]] = {}
    for say in stage.said:
        if isinstance(say.body, Fact):
            versions.setdefault(say.body.chain(), []).append(say.body.version)
    for chain, found in versions.items():
        assert found == list(range(1, len(found) + 1)), chain


@given(st.lists(steps, max_size=25))
@settings(max_examples=250, deadline=None)
def test_units_are_conserved_and_no_serial_is_active_twice_whatever_is_asked(story: list[Step]) -> None:
    stage = scene()
    for number, step in enumerate([(placed(*ITEMS, order_id="o-1"), 0), *story]):
        hears(stage, number, step)
        books_agree(stage)
    versions_have_no_gaps(stage)


@given(st.lists(steps, max_size=25))
@settings(max_examples=150, deadline=None)
def test_the_newest_fact_of_a_subscription_is_what_the_ledger_holds(story: list[Step]) -> None:
    stage = scene()
    stage.hears(placed(*ITEMS), id="first")
    told(stage, story)
    newest: dict[str, Subscription] = {}
    rows: dict[str, SubscriptionRow] = {}
    for body in (say.body for say in stage.said):  # versions have no gaps, so the last one said is the newest
        if isinstance(body, SubscriptionFact):
            newest[body.subscription.subscription_id] = body.subscription
        if isinstance(body, OrderProgressed):
            rows |= {row.subscription_id: row for row in body.subscriptions}
    for order_id, book in ledgers(stage).items():
        lines = {line.item_id: line for line in book.lines}
        for number, each in enumerate(book.entries, start=1):
            said, row = newest[f"{order_id}/{number}"], rows[f"{order_id}/{number}"]
            assert (row.item_id, row.serial, row.state) == (each.item_id, each.serial, each.state)
            if each.state == "reversed":
                assert said.state == "reversed"
                continue  # an amendment may have removed its item
            assert said == to_contract(order_id, number, each, lines[each.item_id], book.terms[each.terms])
            if each.state == "active":
                assert said.payers[-1].payer == book.terms[-1].payer


@given(st.lists(steps, max_size=20))
@settings(max_examples=150, deadline=None)
def test_each_request_about_a_subscription_has_one_answer_or_waits(story: list[Step]) -> None:
    stage = scene()
    requests = {}
    for number, (body, days_later) in enumerate(story):
        requests[f"m{number}"] = body
        before = len(stage.said)
        hears(stage, number, (body, days_later))
        for place in range(before, len(stage.said)):
            say = stage.said[place]
            if say.cause is None:
                stage.said[place] = Emit(say.body, Cause("shop", f"m{number}", ""))
    apart = (OrderProgressed, ItemFulfillmentParked, RequestParked, SentOn)
    answers: Counter[str] = Counter()
    for say in stage.said:
        assert say.cause is not None
        if not isinstance(say.body, apart):
            answers[say.cause.id] += 1
    waiting = {p.request.id for book in ledgers(stage).values() for p in book.parked}
    for id_, body in requests.items():
        if isinstance(body, Request) and not isinstance(body, type(scan("S1"))):
            assert answers[id_] == (0 if id_ in waiting else 1), (id_, body)


@given(st.lists(within_a_day, max_size=14))
@settings(max_examples=150, deadline=None)
def test_a_decision_heard_twice_changes_nothing(story: list[Step]) -> None:
    stage = scene()
    stage.hears(placed(*ITEMS))
    told(stage, story)
    before = dict(stage.documents)
    for number, (body, days_later) in enumerate(story):
        if not isinstance(body, Request):
            continue
        said = hears(stage, number, (body, days_later))
        assert [type(b) for b in said if not isinstance(b, SentOn)] == [RequestRepeated]
    marks = {"ledgers": ("sent_on",)}
    for key, stored in stage.documents.items():
        apart = marks.get(key[0], ())
        assert {k: v for k, v in stored.items() if k not in apart} == {
            k: v for k, v in before[key].items() if k not in apart
        }


@given(st.lists(scans | named, min_size=1, max_size=10))
@settings(max_examples=100, deadline=None)
def test_a_batch_decides_as_its_messages_one_by_one(story: list[Body]) -> None:
    alone, together = scene(), scene()
    for stage in (alone, together):
        stage.hears(placed(*ITEMS, order_id="o-1"))
        stage.hears(placed(*ITEMS, order_id="o-2"))
    one_by_one = [b for body in story for b in alone.hears(body)]
    at_once = in_one_batch(together, *story)
    assert subscriptions(one_by_one) == subscriptions(at_once)
    refusals = [[b.refusals for b in said if isinstance(b, RequestRefused)] for said in (one_by_one, at_once)]
    assert refusals[0] == refusals[1]
    books_agree(together)


@given(
    st.dates(date(2024, 2, 16), date(2025, 5, 15)),
    st.sampled_from((6, 12, 24, 36)),
    st.lists(
        st.tuples(st.sampled_from((6, 12, 24, 36)), st.sampled_from((None, 3900, 4900)), st.booleans()), max_size=5
    ),
)
@settings(max_examples=80, deadline=None)
def test_calendars_never_drift_from_the_anchor(
    start: date, months: int, extensions: list[tuple[int, int | None, bool]]
) -> None:
    stage = rented(start=start, months=months)
    length, end = months, months_after(start, months)
    for more, amount, had_ended in extensions:
        if had_ended:
            stage.hears(passed(stage.clock.waited + 1, as_of=midnight(end)))
        price = None if amount is None else euros(amount)
        then = midnight(end if had_ended else months_after(start, length - 1))
        now = only(stage.hears(extend(end, more, price=price, reason="asked"), time=then), SubscriptionExtended)
        length, end = length + more, months_after(start, length + more)
        assert (now.subscription.months, now.subscription.ends_before) == (length, end)
        assert sum(stretch.months for stretch in now.subscription.prices) == length
        assert all(
            a.amount != b.amount for a, b in zip(now.subscription.prices, now.subscription.prices[1:], strict=False)
        )
    assert entry(stage).state == "active"
    assert end.day == start.day or (end + timedelta(days=1)).day == 1
