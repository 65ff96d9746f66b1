"""An account is a function of the set of its subscriptions: no order, no repetition, no loss but the last matters."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.messages.billing import BillingAccountChanged
from contracts.messages.fulfillment import SubscriptionCreated
from contracts.messages.subscription import State
from contracts.values.calendar import month_begin
from services.billing.documents.account import Account, Totals, rebuild
from services.billing.documents.held import Held, hold
from services.billing.documents.member import Member
from services.billing.documents.share import Share
from services.billing.rules.calendar import period_of
from services.billing.rules.term import Resolved
from services.billing.service import billing
from services.engine.core.document import replace
from tests.billing.subscriptions import CANAL, POLDER, TULIP, WINDMILL, created
from tests.scene import Scene

pytestmark = pytest.mark.usefixtures("small_documents")
PAYERS = (TULIP, POLDER, "customer:windmill", "customer:canal")
starts = st.dates(min_value=date(2023, 11, 1), max_value=date(2024, 7, 31))
prices = st.lists(st.tuples(st.sampled_from((6, 12)), st.sampled_from((0, 3000, 5000))), min_size=1, max_size=3).map(
    tuple
)
states: st.SearchStrategy[State] = st.sampled_from(("active", "active", "ended", "cancelled", "reversed"))


@st.composite
def lives(draw: st.DrawFn, id_: str) -> list[SubscriptionCreated]:
    """Up to four facts about one subscription, in the order of their versions; order o2 is Canal's, in dollars."""
    theirs = id_.startswith("o2")
    start = draw(starts)
    term = draw(st.sampled_from((None, "net_7", "net_30")))
    timeline: list[tuple[str, date | None]] = [(draw(st.sampled_from(PAYERS)), None)]
    facts = []
    for step in range(draw(st.integers(min_value=1, max_value=4))):
        if step and draw(st.booleans()):
            begins = month_begin(start, draw(st.integers(min_value=1, max_value=14)))
            timeline.append((draw(st.sampled_from(PAYERS)), begins))
        facts.append(
            created(
                id_,
                version=step * 10 + int(id_[-1]),
                payers=tuple(timeline),
                customer=CANAL if theirs else WINDMILL,
                term=term,
                currency="USD" if theirs else "EUR",
                prices=draw(prices),
                start=start,
                ends_before=draw(st.none() | st.just(month_begin(start, 4)) | st.just(start)),
                state=draw(states),
                minutes=int(id_[-1]),
            )
        )
    return facts


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[SubscriptionCreated], list[SubscriptionCreated]]:
    """What happened, and what is heard of it: in any order, some of it twice."""
    happened = [fact for id_ in ("o1/1", "o1/2", "o2/3") for fact in draw(lives(id_))]
    again = draw(st.lists(st.sampled_from(happened), max_size=4))
    return happened, draw(st.permutations([*happened, *again]))


def totals(scene: Scene) -> dict[str, Totals]:
    return {id_: scene.document(Account, id_).totals() for kind, id_ in scene.documents if kind == "accounts"}


def shares(scene: Scene) -> list[Share]:
    return [scene.document(Share, id_) for kind, id_ in scene.documents if kind == "shares"]


def kept(scene: Scene) -> dict[str, dict[str, object]]:
    """The state without what depends on the hearing: versions said, and the order in which things appeared."""
    accounts = {id_: {**stored, "version": 0} for (kind, id_), stored in scene.documents.items() if kind == "accounts"}
    members = {id_: dict(stored) for (kind, id_), stored in scene.documents.items() if kind == "members"}
    orders: dict[str, dict[str, object]] = {}
    for each in shares(scene):
        held = {held.subscription_id: held for held in each.subscriptions}
        orders.setdefault(f"{each.payer}/{each.order_id}", {}).update(held)
    payers: dict[str, dict[str, object]] = {
        id_: {**stored, "accounts": sorted(stored["accounts"])}
        for (kind, id_), stored in scene.documents.items()
        if kind == "payers"
    }
    return {**accounts, **members, **orders, **payers}


@given(histories())
@settings(deadline=None)
def test_law_totals_by_difference_equal_the_rebuild_after_every_fact(
    history: tuple[list[SubscriptionCreated], Sequence[SubscriptionCreated]],
) -> None:
    scene = Scene(billing())

    for fact in history[1]:
        scene.hears(fact)
        assert totals(scene) == rebuild(shares(scene))
        for account in totals(scene).values():
            assert min(account.active, account.monthly_total, account.outstanding, account.customers) >= 0


@given(histories())
@settings(deadline=None)
def test_law_any_order_and_repetition_of_the_same_facts_gives_the_same_accounts(
    history: tuple[list[SubscriptionCreated], Sequence[SubscriptionCreated]],
) -> None:
    in_order, shuffled = Scene(billing()), Scene(billing())

    for fact in history[0]:
        in_order.hears(fact)
    for fact in history[1]:
        shuffled.hears(fact)

    assert kept(in_order) == kept(shuffled)


@given(histories())
@settings(deadline=None)
def test_law_all_but_the_last_fact_about_each_subscription_may_be_lost(
    history: tuple[list[SubscriptionCreated], Sequence[SubscriptionCreated]],
) -> None:
    whole, lossy = Scene(billing()), Scene(billing())
    last = {fact.subscription.subscription_id: fact for fact in history[0]}

    for fact in history[0]:
        whole.hears(fact)
    for fact in last.values():
        lossy.hears(fact)

    assert kept(whole) == kept(lossy)


@given(histories())
@settings(deadline=None)
def test_law_a_second_hearing_of_everything_changes_and_says_nothing(
    history: tuple[list[SubscriptionCreated], Sequence[SubscriptionCreated]],
) -> None:
    scene = Scene(billing())
    for fact in history[1]:
        scene.hears(fact)
    before = dict(scene.documents)

    assert [body for fact in history[0] for body in scene.hears(fact)] == []
    assert scene.documents == before


@given(histories())
@settings(deadline=None)
def test_law_what_is_said_of_an_account_runs_from_version_1_without_gaps_and_ends_with_its_state(
    history: tuple[list[SubscriptionCreated], Sequence[SubscriptionCreated]],
) -> None:
    scene = Scene(billing())
    chains: dict[str, list[BillingAccountChanged]] = {}

    for fact in history[1]:
        for body in scene.hears(fact):
            assert isinstance(body, BillingAccountChanged)
            chains.setdefault(body.chain(), []).append(body)

    assert chains.keys() == totals(scene).keys()
    for account_id, facts in chains.items():
        account = scene.document(Account, account_id)
        assert [fact.version for fact in facts] == list(range(1, account.version + 1))
        shown = facts[-1].account
        assert (shown.active_subscriptions, shown.monthly_total, shown.outstanding, shown.customers) == (
            account.active,
            account.monthly_total,
            account.outstanding,
            account.customers,
        )
        assert not account.unsaid


@given(histories())
@settings(deadline=None)
def test_law_a_customers_active_subscriptions_are_counted_in_its_own_document(
    history: tuple[list[SubscriptionCreated], Sequence[SubscriptionCreated]],
) -> None:
    scene = Scene(billing())
    for fact in history[1]:
        scene.hears(fact)

    counted: dict[str, int] = {}
    for kind, id_ in scene.documents:
        if kind == "members":
            member = scene.document(Member, id_)
            counted[member.account_id] = counted.get(member.account_id, 0) + member.active
    for account_id, account in totals(scene).items():
        own = scene.document(Account, account_id).own_active
        assert account.active == counted.get(account_id, 0) + own


def month_by_month(held: Held, payer: str) -> dict[int, int]:
    """The specification's sentence, word for word and slowly."""
    prices = [stretch.amount for stretch in held.prices for _ in range(stretch.months)]
    months = {}
    for number, amount in enumerate(prices, 1):
        begin = month_begin(held.start_date, number)
        owners = [e.payer for e in held.payers if e.from_date is None or e.from_date <= begin]
        if held.state != "reversed" and begin < held.ends_before and amount and owners and owners[-1] == payer:
            months[number] = amount
    return months


def held(fact: SubscriptionCreated) -> Held:
    return hold(fact.subscription, fact.version, Resolved("net_14", "deployment"))


@given(lives("o1/1"), st.sets(st.integers(min_value=1, max_value=20)))
@settings(max_examples=200, deadline=None)
def test_law_what_is_owed_is_what_the_specification_counts_month_by_month(
    life: list[SubscriptionCreated], issued: set[int]
) -> None:
    whole = held(life[-1])
    part_way = replace(whole, issued=tuple(issued))

    for payer in PAYERS:
        due = month_by_month(whole, payer)
        assert whole.due(payer) == due
        assert whole.part(payer).outstanding == sum(due.values())
        assert part_way.part(payer).outstanding == sum(a for month, a in due.items() if month not in issued)
        opens = [period_of(month_begin(whole.start_date, month)) for month in sorted(due.keys() ^ issued)]
        assert part_way.part(payer).opens == (opens[0] if opens else None)


@given(lives("o1/1"))
@settings(max_examples=200, deadline=None)
def test_law_the_payers_parts_are_disjoint_and_add_up_to_what_is_owed(life: list[SubscriptionCreated]) -> None:
    timeline = held(life[-1])
    alone = replace(timeline, payers=timeline.payers[:1])

    parts = [timeline.due(payer) for payer in PAYERS]

    together = {month: amount for part in parts for month, amount in part.items()}
    assert sum(len(part) for part in parts) == len(together)
    assert together == alone.due(alone.payers[0].payer)
    assert sum(timeline.part(payer).outstanding for payer in PAYERS) == sum(together.values())


@given(lives("o1/1"))
@settings(deadline=None)
def test_law_an_active_subscription_is_active_in_exactly_one_account(life: list[SubscriptionCreated]) -> None:
    timeline = held(life[-1])

    assert sum(timeline.part(payer).active for payer in PAYERS) == int(timeline.state == "active")
