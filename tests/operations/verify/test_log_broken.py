"""Invariants 4, 5 and 7 broken in the log, one at a time, and what waits without breaking anything."""

from services.engine.core.document import replace
from services.engine.core.lanes import home
from services.orders.service import orders
from tests.operations.verify.small_installation import LANES, SmallInstallation, healthy, order, scan
from tests.operations.verify.test_state_broken import broken


def waiting(small: SmallInstallation) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {each.what: (each.count, each.examples) for each in small.report().waits}


def counted(small: SmallInstallation, what: str) -> int:
    return next(each.count for each in small.report().counts if each.what == what)


def test_a_request_that_nothing_came_of_breaks_the_fourth() -> None:
    small = healthy()
    small.take_out(*small.said("RequestRefused", "UNKNOWN"))
    broken(small, 4, "nothing came of OrderSubmitted s5 about o-5")


def test_an_order_whose_fact_is_gone_breaks_the_fourth() -> None:
    small = healthy()
    small.take_out(*small.said("OrderPlaced", '"o-4"'))
    broken(small, 4, "nothing came of OrderSubmitted s4 about o-4")


def test_a_repeat_without_an_answer_of_its_own_breaks_the_fourth() -> None:
    small = healthy()
    small.take_out(*(r for r in small.said("RequestRepeated") if r.topic == "fulfillment.events"))
    broken(small, 4, "nothing came of ItemFulfillmentRequested m1 about o-1")


def test_a_request_that_was_passed_on_and_never_arrived_breaks_the_fourth() -> None:
    small = healthy()
    passed = [r for (topic, _), records in small.log.items() if topic == "fulfillment.internal" for r in records]
    assert len(passed) == 1
    small.take_out(*passed, *small.said("SubscriptionCreated", "o-2/1"))
    broken(small, 4, "nothing came of ItemFulfillmentRequested m2 about o-2")


def test_a_record_that_cannot_be_read_and_is_no_dead_letter_breaks_the_fourth() -> None:
    small = healthy()
    small.take_out(*small.log["fulfillment.dead-letters", home("o-1", LANES)])
    broken(small, 4, "nothing came of a record that cannot be read", "fulfillment.requests")


def test_a_scan_that_waited_and_is_forgotten_breaks_the_fourth() -> None:
    small = healthy()
    small.document("fulfillment", "ledgers", "o-9")["parked"] = []
    broken(small, 4, "nothing came of ItemFulfillmentRequested m3 about o-9")


def test_a_serial_of_a_scan_of_which_nobody_hears_breaks_the_fourth() -> None:
    small = healthy()
    small.take_out(*small.said("SubscriptionCreated", "o-1/2"))
    broken(small, 4, "scan m1 of order o-1 with serial A2", "asked 1 times, told 0 times")
    broken(small, 4, "counts 2 accepted serials, facts tell of 1")


def test_a_serial_that_was_refused_and_accepted_breaks_the_fourth() -> None:
    small = healthy()
    small.rewrite(small.said("ItemFulfillmentRefused", "o-1")[0], '"serial":"A3"', '"serial":"A2"')
    broken(small, 4, "serial A2", "asked 1 times, told 2 times")
    broken(small, 4, "serial A3", "asked 1 times, told 0 times")


def test_the_same_words_with_another_content_break_the_fifth() -> None:
    small = healthy()
    placed = small.said("OrderPlaced", '"o-4"')[0]
    small.append(placed.topic, placed.partition, placed.text.replace('"pending"', '"confirmed"').encode())
    broken(small, 5, "orders said OrderPlaced o-4@1 with 2 different contents")


def test_the_same_words_twice_are_counted_and_break_nothing() -> None:
    small = healthy()
    placed = small.said("OrderPlaced", '"o-4"')[0]
    small.append(placed.topic, placed.partition, placed.value)
    assert counted(small, "duplicates on the wire") == 1
    assert small.report().holds


def test_a_fact_in_several_lanes_is_no_duplicate() -> None:
    small = healthy()
    created = small.said("SubscriptionCreated", "o-2/1")[0]
    small.append(created.topic, (created.partition + 1) % LANES, created.value)
    assert counted(small, "duplicates on the wire") == 0
    assert small.report().holds


def test_a_gap_between_the_versions_of_a_chain_breaks_the_fifth() -> None:
    small = healthy()
    small.take_out(*small.said("OrderStatusChanged", "o-1"))
    broken(small, 5, "facts of orders about o-1 have versions 1 to 3, and 2 of them")


def test_a_first_version_that_is_missing_breaks_the_fifth() -> None:
    small = healthy()
    small.take_out(*small.said("OrderPlaced", '"o-1"'))
    broken(small, 5, "facts of orders about o-1 have versions 2 to")


def test_versions_that_first_stand_in_another_order_break_the_fifth() -> None:
    small = healthy()
    early = small.said("SubscriptionCreated", "o-1/1")[0]
    small.take_out(early)
    small.append(early.topic, early.partition, early.value)
    broken(small, 5, "facts of fulfillment about o-1", "version 1 stands behind version 2")


def test_an_early_fact_said_once_more_stands_where_it_stood_first() -> None:
    small = healthy()
    early = small.said("SubscriptionCreated", "o-1/1")[0]
    small.append(early.topic, early.partition, early.value)
    assert small.report().holds


def test_two_answers_to_one_request_break_the_fifth() -> None:
    small = healthy()
    refused = small.said("RequestRefused", "UNKNOWN")[0]
    small.append(refused.topic, refused.partition, refused.text.replace("RequestRefused", "RequestRepeated").encode())
    broken(small, 5, "has 2 answers")  # although the second tells of no repeat that could be read
    small = healthy()
    partly = small.said("ItemFulfillmentRefused", "o-1")[0]
    repeat = next(r for r in small.said("RequestRepeated") if r.topic == "fulfillment.events")
    address = partly.text.split("ItemFulfillmentRefused:")[1].split('"')[0]
    other = repeat.text.split("RequestRepeated:")[1].split('"')[0]
    small.append(repeat.topic, repeat.partition, repeat.text.replace(other, address).encode())
    broken(small, 5, f"the request at {address} has 2 answers")


def test_a_message_with_two_effects_breaks_the_fifth() -> None:
    small = healthy()
    placed = small.said("OrderPlaced", '"o-4"')[0]
    small.append(placed.topic, placed.partition, placed.text.replace("o-4@1", "o-4@2").encode())
    broken(small, 5, "OrderSubmitted s4 about o-4 had 2 effects: o-4@1 and o-4@2")


def test_an_effect_of_a_message_that_was_only_ever_refused_breaks_the_fifth() -> None:
    small = healthy()
    placed = small.said("OrderPlaced", '"o-4"')[0]
    effect = placed.text.replace('"causationid":"s4"', '"causationid":"s5"').replace("o-4", "o-5")
    small.append(placed.topic, placed.partition, effect.encode())
    broken(small, 5, "OrderSubmitted s5 about o-5 took effect", "was refused or called a repeat")


def test_a_repeat_that_is_told_an_outcome_which_nobody_said_breaks_the_fifth() -> None:
    small = healthy()
    repeat = next(r for r in small.said("RequestRepeated") if r.topic == "orders.events")
    small.rewrite(repeat, '"first_id":"s4"', '"first_id":"s9"')
    broken(small, 5, "is told the outcome OrderPlaced of s9, which nobody said")


def test_a_lane_that_stands_before_its_dead_letter_breaks_the_seventh() -> None:
    small = healthy()
    lane = home("o-1", LANES)
    checkpoint = small.checkpoints["fulfillment", lane]
    offsets = {**checkpoint.offsets, "fulfillment.requests": 0}
    small.checkpoints["fulfillment", lane] = replace(checkpoint, offsets=offsets)
    broken(small, 7, "fulfillment has put", "not_json", "stands at 0")


def test_a_message_behind_a_dead_letter_that_nothing_came_of_breaks_the_seventh() -> None:
    small = healthy()
    small.ask(scan("o-2", "Z1"), "late", source="scanner")
    lane = home("o-2", LANES)
    small.append("fulfillment.requests", lane, b"no JSON")
    behind = small.ask(scan("o-2", "Z2"), "later", source="scanner")
    small.run()
    small.forget_what_was_to_be_said()
    small.take_out(*small.said("ItemFulfillmentRefused", '"later"'))
    found = broken(small, 7, "nothing came of ItemFulfillmentRequested later", f"{lane}/{behind.offset}")
    assert found.broken == 1


def test_what_waits_is_listed_and_breaks_nothing() -> None:
    small = healthy()
    assert waiting(small) == {
        "orders on hold": (1, ("o-3",)),
        "requests that wait for their order": (1, ("o-9",)),
    }


def test_an_order_that_waits_for_the_catalog_is_listed() -> None:
    small = healthy()
    small.services = (orders(), *small.services[1:])
    small.ask(order("o-8", sku="UNKNOWN"), "s8")
    small.run()
    small.forget_what_was_to_be_said()
    assert small.report().holds
    assert waiting(small)["requests that wait for the catalog"] == (1, ("o-8",))


def test_a_request_that_no_service_has_read_yet_waits() -> None:
    small = healthy()
    late = small.ask(order("o-7"), "s7")
    away = small.ask(scan("o-2", "Z1"), "far", source="scanner", away=1)
    assert small.report().holds
    address = f"orders.requests/{late.partition}/{late.offset}"
    assert waiting(small)["requests not read yet by orders"] == (1, (address,))
    small._step(small.services[1], away.partition)  # passed on, and not read at its home
    assert small.report().holds
    assert waiting(small)["requests not read yet by fulfillment"][0] == 1


def test_what_is_saved_and_not_yet_said_waits() -> None:
    small = healthy()
    small.ask(order("o-7"), "s7")
    before = {record for records in small.log.values() for record in records}
    lane = home("o-7", LANES)
    small._step(small.services[0], lane)
    small.take_out(*[r for records in small.log.values() for r in records if r not in before])
    assert small.report(behind=True).holds  # fulfillment has not heard of it
    assert not small.report().holds
    assert waiting(small)["messages saved by orders, not in the log when it was read"] == (1, ("o-7@1",))


def test_where_the_topics_lost_their_beginnings_only_what_they_hold_is_compared() -> None:
    small = healthy()
    for place, records in small.log.items():
        if place[0].endswith(".events"):
            small.begins[place] = len(records) - len(records) // 2
    report = small.report()
    assert not report.whole
    assert report.holds, [(each.number, each.offenders) for each in report.invariants if each.broken]
    assert report.invariants[3].checked < 13


def test_a_version_beyond_what_is_kept_is_seen_though_the_topics_lost_their_beginnings() -> None:
    small = healthy()
    small.begins["billing.events", 0] = 1
    small.document("orders", "orders", "o-2")["version"] = 1
    broken(small, 3, "orders has version 1 of order o-2, the last fact has 2")


def test_a_drifted_account_is_seen_without_any_fact_about_it() -> None:
    small = healthy()
    for place, records in small.log.items():
        if place[0].endswith(".events"):
            small.begins[place] = len(records)
    small.document("billing", "accounts", "group:engines/net_14/EUR")["outstanding"] += 1
    broken(small, 6, "group:engines/net_14/EUR", "counted anew: 2, 1, 9800, 117600")
