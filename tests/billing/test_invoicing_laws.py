"""Over a contract's life, over all its payers, lines minus credits are the price of the months served, exactly."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.messages.fulfillment import SubscriptionCreated
from contracts.messages.invoices import InvoiceLinesIssued
from contracts.values.calendar import month_begin, months_before
from contracts.wire.message import Body
from services.billing.documents.account import Account, rebuild
from services.billing.documents.share import Share
from services.billing.rules.calendar import period_after, period_of
from services.billing.service import billing
from tests.billing.subscriptions import POLDER, TULIP, created, invoices, lines, run
from tests.scene import Scene

pytestmark = pytest.mark.usefixtures("small_documents")
ROSE = "group:rose"
PAYERS = (TULIP, POLDER, ROSE)
DAYS = st.dates(date(2023, 1, 1), date(2024, 12, 31))
LENGTHS = st.sampled_from((6, 12, 24, 36))


@dataclass(frozen=True)
class Life:
    """The facts about one subscription, in their order; ``price`` of a month is in the stretches."""

    facts: tuple[SubscriptionCreated, ...]

    @property
    def last(self) -> SubscriptionCreated:
        return self.facts[-1]

    def served(self) -> dict[int, int]:
        """The contract months that are owed in the end, with their prices."""
        subscription = self.last.subscription
        if subscription.state == "reversed":
            return {}
        amounts = [p.amount for p in subscription.prices for _ in range(p.months)]
        count = min(months_before(subscription.start_date, subscription.ends_before), len(amounts))
        return {month: amounts[month - 1] for month in range(1, count + 1) if amounts[month - 1]}


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Created, then extended, moved there and back (backdated, too), cancelled, reversed, in any order."""
    start = draw(DAYS)
    prices = [(draw(LENGTHS), draw(st.sampled_from((0, 900, 4999))))]
    payers: list[tuple[str, date | None]] = [(draw(st.sampled_from(PAYERS)), None)]
    state, ends = "active", None
    facts = [created(prices=tuple(prices), payers=tuple(payers), start=start)]
    steps = draw(st.lists(st.sampled_from(("extend", "move", "cancel", "reverse")), max_size=5))
    for version, step in enumerate(steps, start=2):
        if step == "extend" and ends is None:
            prices.append((draw(LENGTHS), draw(st.sampled_from((900, 4999)))))
        elif step == "move":
            payers.append((draw(st.sampled_from(PAYERS)), start + timedelta(days=draw(st.integers(-40, 900)))))
        elif step == "cancel":
            last = month_begin(start, sum(m for m, _ in prices) + 1) - timedelta(days=1)
            on = min(last, start + timedelta(days=draw(st.integers(-20, 800))))
            ends = on + timedelta(days=1) if ends is None else min(ends, on + timedelta(days=1))
            state = "cancelled"
        elif step == "reverse":
            state = "reversed"
        facts.append(
            created(
                version=version,
                prices=tuple(prices),
                payers=tuple(payers),
                start=start,
                ends_before=ends,
                state="reversed" if state == "reversed" else "cancelled" if state == "cancelled" else "active",
            )
        )
    return Life(tuple(facts))


def net(said: list[Body]) -> Counter[tuple[int, int]]:
    """Contract months with their prices, counted: lines less credits, of all payers."""
    found: Counter[tuple[int, int]] = Counter()
    for line in lines(said):
        found[line.contract_month, abs(line.amount)] += 1 if line.credits is None else -1
    return +found


def everything_is_as_rebuilt(scene: Scene) -> None:
    shares = [scene.document(Share, id_) for name, id_ in scene.documents if name == "shares"]
    kept = {id_: scene.document(Account, id_).totals() for name, id_ in scene.documents if name == "accounts"}
    assert kept == rebuild(shares)


def run_to_the_end(scene: Scene, life: Life) -> list[Body]:
    """Runs that every payer takes part in, behind all contract months and all earlier runs."""
    end = max(fact.subscription.ends_before for fact in life.facts)
    period = max(period_of(end), "2029-01")
    return run(scene, period) + run(scene, period_after(period))


@settings(max_examples=150, deadline=None)
@given(lives(), st.data())
def test_law_lines_less_credits_are_the_price_of_the_months_served(life: Life, data: st.DataObject) -> None:
    scene, said = Scene(billing()), []
    period = period_of(life.facts[0].subscription.start_date)
    for fact in life.facts:
        scene.hears(fact)
        for _ in range(data.draw(st.integers(0, 2))):
            said += run(scene, period)
            for _ in range(data.draw(st.integers(1, 9))):
                period = period_after(period)
    said += run_to_the_end(scene, life)
    assert net(said) == Counter(dict.fromkeys(life.served().items(), 1))
    everything_is_as_rebuilt(scene)


@settings(max_examples=60, deadline=None)
@given(lives(), st.data())
def test_law_only_the_newest_fact_counts_whatever_came_before(life: Life, data: st.DataObject) -> None:
    heard = [*data.draw(st.lists(st.sampled_from(life.facts), max_size=6)), life.last]
    late = data.draw(st.lists(st.sampled_from(life.facts), max_size=3))
    scene = Scene(billing())
    for fact in (*heard, *late):
        scene.hears(fact)
    straight = Scene(billing())
    straight.hears(life.last)
    for payer in dict.fromkeys(each.payer for each in life.last.subscription.payers):
        for name, id_ in straight.documents:
            if name == "accounts" and id_.startswith(f"{payer}/"):
                assert scene.document(Account, id_).totals() == straight.document(Account, id_).totals()
    assert net(run_to_the_end(scene, life)) == net(run_to_the_end(straight, life))


@settings(max_examples=60, deadline=None)
@given(lives(), st.lists(st.sampled_from(("2023-06", "2024-01", "2024-09", "2025-03", "2026-01")), max_size=6))
def test_law_numbers_have_no_gaps_and_no_month_is_issued_twice_without_a_credit(life: Life, periods: list[str]) -> None:
    scene, said = Scene(billing()), []
    for place, fact in enumerate(life.facts):
        scene.hears(fact)
        said += [body for period in periods[place : place + 2] for body in run(scene, period)]
    said += run_to_the_end(scene, life)
    for payer in PAYERS:
        running = [int(i.number[-6:]) for i in invoices(said) if i.payer == payer]
        assert running == list(range(1, len(running) + 1))
    standing: Counter[tuple[str, int]] = Counter()
    payer_of = {i.number: i.payer for i in invoices(said)}
    for page in (body for body in said if isinstance(body, InvoiceLinesIssued)):
        for line in sorted(page.lines, key=lambda each: each.credits is None):
            key = (payer_of[page.number], line.contract_month)
            standing[key] += 1 if line.credits is None else -1
            assert standing[key] in (0, 1)
            assert line.credits is None or payer_of[line.credits] == page.payer
