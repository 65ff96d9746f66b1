"""The waves: what is sent, and that it is what the plan says."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from hashlib import sha256

import pytest

from contracts.messages import billing, fulfillment, orders
from contracts.messages.changes import (
    HoldRejectionRequested,
    HoldReleaseRequested,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.messages.clock import ClockTicked
from contracts.messages.fulfillment import ItemFulfillmentParked, ItemFulfillmentRequested, SubscriptionCreated
from contracts.messages.orders import OrderPlaced
from contracts.messages.repairs import PayerRepairRequested
from contracts.topics import TOPICS
from contracts.values.refusals import Code
from contracts.wire.envelope import Opened, Senseless, opened
from contracts.wire.message import Body, Request
from demo.sample.expected import summary
from demo.sample.outbound import Outbound, Wave
from demo.sample.plan import Fate
from demo.sample.unreadable import records as unreadable
from demo.sample.waves import waves
from demo.sample.whole_plan import plan
from installation import LANES

REQUESTS: tuple[type[Body], ...] = tuple(m for topic in TOPICS for m in topic.messages if issubclass(m, Request))
SENT: tuple[type[Body], ...] = (*REQUESTS, ClockTicked)
KNOWN = {model.type_name(): model for model in SENT}
PARKED = ItemFulfillmentParked.type_name()
WAITS = orders.RequestParked.type_name()
Scans = list[tuple[Outbound, ItemFulfillmentRequested]]
REPEATED = {each.RequestRepeated.type_name() for each in (billing, fulfillment, orders)}
CHANGES = (
    OrderAmendmentRequested,
    OrderCancellationRequested,
    ShortCloseRequested,
    PayerChangeRequested,
    HoldReleaseRequested,
    HoldRejectionRequested,
)
DIGEST = """
from hashlib import sha256
from demo.sample.waves import waves
print(sha256(repr(waves()).encode()).hexdigest())
"""


def wave(name: str) -> Wave:
    return next(each for each in waves() if each.name == name)


def read(record: Outbound) -> Opened:
    found = opened(record.value, record.headers, KNOWN)
    assert isinstance(found, Opened), (record, found)
    return found


def scans_of(found: Wave) -> list[tuple[Outbound, ItemFulfillmentRequested]]:
    return [
        (record, body)
        for record in found.records
        if record.identity is not None and isinstance(body := read(record).body, ItemFulfillmentRequested)
    ]


@pytest.fixture(scope="module")
def scans() -> Scans:
    return [*scans_of(wave("early scans")), *scans_of(wave("scans"))]


def normal(serial: str) -> str:
    return "".join(serial.split()).upper()


def test_another_process_sends_the_same_bytes() -> None:
    fresh = subprocess.run(
        [sys.executable, "-c", DIGEST],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert fresh.stdout.strip() == sha256(repr(waves()).encode()).hexdigest()


def test_every_request_can_be_read_and_only_what_breaks_a_rule_is_without_a_body() -> None:
    for each in waves():
        codes = {awaited.identity: awaited.codes for awaited in each.awaited if awaited.codes}
        for record in each.records:
            if record.identity is None:
                continue
            found = read(record)
            assert (found.source, found.id) == record.identity
            assert found.model.topic == record.topic
            assert found.unknown == 0
            if found.body is None:
                assert tuple(sorted({r.code.value for r in found.refusals})) == codes[record.identity]


def test_the_key_is_the_subject_unless_there_is_none() -> None:
    for each in waves():
        for record in each.records:
            if record.identity is None or record.key is None:
                continue
            found = read(record)
            subjects = found.body.subjects() if found.body else found.model.subjects_of(found.data or {})
            assert record.key.decode() == subjects[0]


def test_every_request_awaits_one_answer_but_for_scans_that_wait_or_are_refused_in_part() -> None:
    answers = Counter(awaited.identity for each in waves() for awaited in each.awaited)
    requests = Counter(record.identity for each in waves() for record in each.records if record.identity is not None)
    assert set(answers) == set(requests)
    assert not [identity for identity in requests if answers[identity] < requests[identity]]
    more = {identity for identity in requests if answers[identity] > requests[identity]}
    parked = {a.identity for each in waves() for a in each.awaited if a.emits in ((PARKED,), (WAITS,))}
    in_part = {a.identity for a in wave("scans").awaited if a.codes}
    assert more == parked | in_part


def test_every_kind_of_request_that_there_is_is_sent_and_most_are_also_refused() -> None:
    sent = {record.type for each in waves() for record in each.records if record.identity is not None}
    assert sent == set(KNOWN) - {PayerRepairRequested.type_name()}  # nothing is wrong there that could be mended


def test_every_accepted_serial_goes_to_one_unit(scans: Scans) -> None:
    taken: defaultdict[str, list[str]] = defaultdict(list)
    again = {a.identity for a in wave("scans").awaited if set(a.emits) & REPEATED and a.identity[1].endswith("-again")}
    seen = set()
    for record, body in scans:
        if record.identity in seen or record.identity in again or body.order_id.startswith("HELD"):
            continue
        seen.add(record.identity)
        taken[body.order_id] += map(normal, body.serials)
    every = Counter(serial for serials in taken.values() for serial in serials)
    assert sum(count > 1 for count in every.values()) == 10  # the double beeps
    assert len(every) == 51_427 + 10  # and one too many, ten times
    assert (
        sum(each.times for w in waves() for each in w.awaited if each.emits == (SubscriptionCreated.type_name(),))
        == 51_427 + 2 + 25  # two waited for a price, 25 are scanned once more
    )


def test_three_quarters_of_the_orders_are_complete_and_a_third_of_the_untouched_confirmed() -> None:
    fates = Counter(each.fate for each in plan().orders)
    assert fates == {Fate.COMPLETE: 3073, Fate.IN_PART: 615, Fate.UNTOUCHED: 273, Fate.CONFIRMED: 137}
    for each in plan().orders:
        if each.fate is Fate.IN_PART:
            assert 0 < sum(each.taken) < each.order.units
        assert each.order.body.confirmed == (each.fate is Fate.CONFIRMED)


def test_two_of_a_hundred_scans_come_before_their_order() -> None:
    assert len(plan().early) == round(len(plan().scans) * 0.02)


def test_a_good_scan_names_the_item_where_the_order_holds_its_sku_twice(scans: Scans) -> None:
    twice = {p.order.order_id: p.order for p in plan().orders if any(map(p.order.twice, p.order.body.items))}
    checked = 0
    for _, body in scans:
        order = twice.get(body.order_id)
        if order is not None and body.item_id is None:
            assert body.sku is not None
            assert len(order.positions(body.sku)) == 1
        elif order is not None:
            checked += 1
    assert checked > 30


def test_scans_carry_one_serial_or_many(scans: Scans) -> None:
    sizes = Counter(len(body.serials) for _, body in scans)
    assert sizes[1] > 1000
    assert max(sizes) > 60


def test_a_third_of_the_scans_go_by_librdkafka_and_some_without_a_key_or_in_binary_mode(scans: Scans) -> None:
    assert 0.31 < sum(r.via == "librdkafka" for r, _ in scans) / len(scans) < 0.36
    assert 0.02 < sum(r.key is None for r, _ in scans) / len(scans) < 0.04
    assert 0.03 < sum(bool(r.headers) for r, _ in scans) / len(scans) < 0.07


def test_two_of_a_hundred_messages_are_sent_twice_half_of_them_under_a_new_id() -> None:
    repeated = [(w, a.identity) for w in waves() for a in w.awaited if set(a.emits) & REPEATED]
    sent = sum(len(w.records) for w in waves()) - len(repeated)
    assert 0.018 < len(repeated) / sent < 0.02
    assert sum(identity[1].endswith("-again") for _, identity in repeated) == len(repeated) // 2
    answering = {emits for w in waves() for a in w.awaited for emits in a.emits if emits in REPEATED}
    assert answering >= REPEATED - {billing.RequestRepeated.type_name()}


def test_a_repeat_goes_the_way_of_its_first_and_comes_behind_it() -> None:
    for each in waves():
        where: defaultdict[str, list[tuple[int, Outbound]]] = defaultdict(list)
        for at, record in enumerate(each.records):
            if record.identity is not None:
                where[record.identity[1].removesuffix("-again")].append((at, record))
        for found in where.values():
            first = found[0][1]
            assert first.identity is not None
            assert not first.identity[1].endswith("-again")
            for _, other in found[1:]:
                assert first.key is not None
                assert (other.key, other.via) == (first.key, first.via)
                assert read(other).body == read(first).body


def test_twenty_records_cannot_be_read_and_each_is_wrong_in_its_own_way() -> None:
    found = unreadable()
    assert len(found) == len({(r.value, r.headers) for r in found}) == wave("wrong ones").dead_letters == 20
    reasons: Counter[str] = Counter()
    for record in found:
        if record.value is not None and len(record.value) > 512 * 1024:
            reasons["too_large"] += 1
            continue
        reading = opened(record.value, record.headers, KNOWN)
        if isinstance(reading, Senseless):
            reasons[reading.reason] += 1
        else:
            assert reading.model.topic != record.topic
            reasons["wrong_topic"] += 1
    assert set(reasons) == {
        "null_value", "not_json", "not_an_envelope", "unknown_type", "too_deep", "too_large", "wrong_topic",
    }  # fmt: skip


def test_every_refusal_of_this_flow_occurs() -> None:
    never = {
        Code.DEVICE_OUT_AGAIN,  # none goes out twice
        Code.CONTRACT_TOO_LONG,
        Code.ORDER_NOT_CONFIRMED,
        Code.ORDER_NOT_FOUND,  # the waiting clock moves by sixteen minutes
        Code.TOO_MANY_RUNS,  # the demo's runs are done before the next one is asked for
        Code.TOO_MANY_PAYERS,  # no order changes its payer a hundred times
        Code.TOO_MANY_CHANGES,  # how many wait depends on how fast the first is answered
    }
    assert set(summary().refusals_by_code) == {code.value for code in set(Code) - never}


def test_business_times_lie_in_2018_but_for_shopifys_own() -> None:
    for each in waves():
        for record in each.records:
            if record.identity is None or (time := read(record).time) is None:
                continue
            source, id_ = record.identity
            if source == "/shops/shopify" or "450789469" in id_ or "1073459980" in id_ or "of-1970" in id_:
                continue
            assert time.year == 2018, record.identity


def test_orders_are_submitted_in_the_order_of_their_times() -> None:
    records = wave("orders").records
    times = [t for r in records if r.identity and not r.identity[1].endswith("-again") and (t := read(r).time)]
    assert times == sorted(times)


def test_ticks_go_into_their_lanes_and_nothing_else_chooses_its_partition() -> None:
    for each in waves():
        for record in each.records:
            body = read(record).body if record.type == ClockTicked.type_name() else None
            assert record.partition == (body.lane if isinstance(body, ClockTicked) else None)
    ticks = [r for r in wave("ticks to December").records if r.type == ClockTicked.type_name()]
    assert Counter(r.partition for r in ticks) == dict.fromkeys(range(LANES), 3)
    last = [r for r in wave("ticks for what waits in vain").records if r.type == ClockTicked.type_name()]
    assert Counter(r.partition for r in last) == dict.fromkeys(range(LANES), 6)


def test_nobody_is_asked_for_two_things() -> None:
    """Beside notes, scans, parcels and wrong ones an order plays one part at most."""
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for each in waves():
        for record in each.records:
            if record.identity is None or record.identity[0] == "/clerks/trainee":
                continue
            body = read(record).body
            if isinstance(body, CHANGES):
                asked[body.order_id].add(type(body).__name__)
    assert all(len(found) == 1 for found in asked.values())
    assert len(asked) == 1 + 100 + 120 + 60 + 30 + 12 + 6 + 20 + 120 + len(plan().parts.moved) + 2


def test_the_summary_counts_what_the_waves_await() -> None:
    found = summary()
    placed = sum(a.emits == (OrderPlaced.type_name(),) for w in waves() for a in w.awaited)
    assert found.orders_placed == placed == 4_103 == sum(found.orders.by_status.values())
    assert found.orders.by_status == {
        "cancelled": 102, "confirmed": 104, "fulfilled": 3_131, "partial": 546, "pending": 220,
    }  # fmt: skip
    assert found.orders.short_closed == 120
    assert found.units == 62_522
    created = sum(a.times for w in waves() for a in w.awaited if a.emits == (SubscriptionCreated.type_name(),))
    assert found.subscriptions == 51_454 == created == sum(found.subscriptions_by_length.values())
    assert found.subscriptions_by_state == {"active": 50_440, "cancelled": 423, "ended": 501, "reversed": 90}
    assert found.extended == 150
    assert sum(a.active_subscriptions for a in found.accounts.values()) == 50_440
    assert set(found.subscriptions_by_length) == {6, 12, 24, 36}
    assert (found.dead_letters, found.notes) == (20, 64)
    assert len(found.accounts) == 2_840
