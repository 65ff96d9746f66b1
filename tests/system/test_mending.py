"""What a rehearsal says of a dead letter is what a replay then gives, and it leaves the databases as they were."""

import json
from collections.abc import Mapping

from contracts.messages.changes import OrderAmendmentRequested, OrderCancellationRequested
from contracts.messages.orders import NoteSubmitted, OrderSubmitted
from demo.sample import unreadable
from demo.sample.outbound import PLAIN, Carriage, Outbound
from operations.mending.going import replay_all, whole
from services.engine.core.rehearsal import Verdict
from services.mending.acts import By
from services.mending.replaying import Told
from tests.system import shop
from tests.system.installation import Installation
from tests.system.mended import EVERYTHING, bytes_of, heard, mending_of, preview_all, real_verdict, shelved
from tests.system.test_poison import poisoned

BY = By(actor="Grace Nakamura", reason="the release of Monday is mended")
BINARY, KEYLESS = Carriage(binary=True), Carriage(keyed=False)


def _order(order_id: str, carriage: Carriage = PLAIN, **changed: object) -> Outbound:
    data = {**shop.order_data(order_id), **changed}
    return shop.sent(OrderSubmitted, f"order-{order_id}", data, carriage)


UNKNOWN_SKU = [{"sku": "NOBODY-HAS-IT", "months": 12, "quantity": 1}]
CASES: Mapping[str, tuple[Outbound, Verdict]] = {
    "order": (_order("accepted"), Verdict.ACCEPTED),
    "binary": (_order("binary", BINARY), Verdict.ACCEPTED),
    "no key": (_order("keyless", KEYLESS), Verdict.ACCEPTED),
    "unknown SKU": (_order("no-sku", items=UNKNOWN_SKU), Verdict.WAITS),
    "no items": (_order("no-items", items=[]), Verdict.REFUSED),
    "note about nobody": (
        shop.sent(NoteSubmitted, "note-1", {"order_id": "nobody", "text": "hello", "author": "Ada"}),
        Verdict.WAITS,
    ),
    "cancellation": (
        shop.sent(
            OrderCancellationRequested, "cancel-1", {"order_id": "placed", "actor": "Ada", "reason": "not wanted"}
        ),
        Verdict.ACCEPTED,
    ),
    "stale amendment": (
        shop.sent(
            OrderAmendmentRequested,
            "amend-1",
            {"order_id": "placed-2", "actor": "Ada", "reason": "more", "expected_version": 99},
        ),
        Verdict.REFUSED,
    ),
}


async def test_every_poisonous_record_is_again_what_its_rehearsal_says_and_a_rehearsal_changes_nothing(
    installation: Installation,
) -> None:
    kafka = installation.addresses.kafka
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)
    places, _ = await poisoned(installation)
    await installation.feed(unreadable.records())
    await installation.until_quiet(services.processes)
    names = {f"{topic}/{lane}/{offset}": each.name for (topic, lane, offset), each in places.items()}

    async with mending_of(installation) as mending:
        before, log = await bytes_of(installation), await heard(kafka)
        found = await preview_all(mending, EVERYTHING)
        assert await bytes_of(installation) == before
        assert {each.shelved.letter.address for each in found} >= {
            address for address, each in names.items() if address.rpartition("/")[0] and each
        } & {address for _, address in log.dead}
        assert len(found) == len(log.dead)
        no_way_back = [each for each in found if each.rehearsed is None]
        assert {each.shelved.letter.why for each in no_way_back} == {"too_large", "false_origin"}
        wanted = [each for each in found if each.rehearsed is not None]
        await replay_all(mending, wanted, BY, 10_000, lambda _progress: None)
        await installation.until_quiet(services.processes)
        now = await heard(kafka)
        sent = {
            each.letter.address: each.done[-1].act.sent_to  # type: ignore[union-attr]  # all were replayed
            for each in await shelved(mending, state="replayed")
        }
    table = []
    for each in wanted:
        assert each.rehearsed is not None
        letter = each.shelved.letter
        real = real_verdict(each, sent[letter.address], log, now)
        kind = names.get(letter.address, "demo's unreadable")
        table.append((kind, letter.origin.topic, letter.why, each.rehearsed.verdict.value, each.rehearsed.why, real))
        assert (each.rehearsed.verdict.value, each.rehearsed.why) == real, table[-1]
    print(*table, sep="\n")  # noqa: T201 - the table is what a reader wants of this test
    await installation.assert_whole()


async def test_what_a_bad_release_could_not_decide_is_after_it_what_its_rehearsal_says(
    installation: Installation,
) -> None:
    kafka = installation.addresses.kafka
    subjects = ",".join(_subject(record) for record, _ in CASES.values())
    await installation.feed([shop.variant(), shop.order("before")])
    good = installation.start()
    good.until_ready()
    await installation.until_quiet(good.processes)
    await installation.feed([shop.order("placed"), shop.order("placed-2")])
    await installation.until_quiet(good.processes)
    good.stop()
    bad = installation.start("orders", LEASELINE_TEST_RAISE=f"decide:{subjects}")
    bad.until_ready()
    await installation.feed([record for record, _ in CASES.values()])
    await installation.until_quiet(bad.processes)
    bad.stop()

    good = installation.start()
    good.until_ready()
    await installation.until_quiet(good.processes)
    async with mending_of(installation) as mending:
        before, log = await bytes_of(installation), await heard(kafka)
        found = await preview_all(mending)
        assert await bytes_of(installation) == before
        assert {each.shelved.letter.why for each in found} == {"cannot_be_decided"}
        assert not [each for each in found if each.held_back]
        by_id = {each.shelved.letter.id: each for each in found}
        for name, (record, verdict) in CASES.items():
            assert record.identity is not None
            rehearsed = by_id[record.identity[1]].rehearsed
            assert rehearsed is not None
            assert rehearsed.verdict is verdict, (name, rehearsed)
        await replay_all(mending, found, BY, 10_000, lambda _progress: None)
        await installation.until_quiet(good.processes)
        now = await heard(kafka)
        again = await shelved(mending, state="replayed")
        for each in found:
            assert each.rehearsed is not None
            done = next(other for other in again if other.letter.address == each.shelved.letter.address).done[-1]
            verdict_now, _ = real_verdict(each, done.act.sent_to, log, now)  # type: ignore[union-attr]
            print(each.shelved.letter.id, each.rehearsed.verdict.value, verdict_now)  # noqa: T201
            if each.rehearsed.verdict is Verdict.ACCEPTED and each.shelved.letter.name.startswith("OrderCancellation"):
                verdict_now = "accepted"  # it is proposed to fulfillment first; its fact comes behind
            assert each.rehearsed.verdict.value == verdict_now, each
            assert now.codes.get((each.shelved.letter.source, each.shelved.letter.id), frozenset()) == {
                code.split()[0] for code in each.rehearsed.codes
            }
    await _twice(installation, good.processes[0].service)
    report = await installation.assert_whole()
    assert report.holds


async def _twice(installation: Installation, _service: str) -> None:
    """Sent again once more, all of it is a repeat: rehearsed as one, and held back."""
    async with mending_of(installation) as mending:
        found = await preview_all(mending, Told(again=True), state="replayed")
        assert found
        for each in found:
            assert each.rehearsed is not None
            assert each.rehearsed.verdict is Verdict.ALREADY_SO, each.rehearsed
            assert each.unless == "anyway"
        closed = await preview_all(mending, Told(), state="replayed")
        assert {each.unless for each in closed} == {"again"}


async def test_an_edit_keeps_who_sent_it_and_both_are_on_record(installation: Installation) -> None:
    services = installation.start("orders")
    await installation.feed([shop.variant()])
    services.until_ready()
    good = _order("slip").value or b""
    slip = good.replace(b"OrderSubmitted", b"OrderSubmited")
    await installation.feed([Outbound(OrderSubmitted.topic, b"slip", slip, (), "java", None, "unreadable")])
    await installation.until_quiet(services.processes)
    async with mending_of(installation) as mending:
        (small,) = await shelved(mending)
        letter = await whole(mending, small)
        assert letter is not None
        (as_it_is,) = await preview_all(mending)
        assert as_it_is.rehearsed is not None
        assert (as_it_is.rehearsed.verdict, as_it_is.rehearsed.why) == (Verdict.UNREADABLE, "unknown_type")
        renamed = await mending.replaying.preview(letter, edit=good.replace(b"shop.test", b"somebody"))
        assert "another source" in renamed.held_back
        mended = await mending.replaying.preview(letter, edit=good)
        assert mended.rehearsed is not None
        assert mended.rehearsed.verdict is Verdict.ACCEPTED
        await mending.replaying.replay(letter, BY, mended.rehearsed, good)
        await installation.until_quiet(services.processes)
        after = await heard(installation.addresses.kafka)
        assert after.by_cause[shop.SOURCE, "order-slip"] == {"OrderPlaced": 1}
        (done,) = (await shelved(mending, state="replayed"))[0].done
    assert (done.act.actor, done.act.reason) == (BY.actor, BY.reason)


async def test_a_letter_behind_a_newer_request_about_the_same_is_held_back_unless_told(
    installation: Installation,
) -> None:
    bad = installation.start("orders", LEASELINE_TEST_RAISE="decide:late")
    bad.until_ready()
    await installation.feed([shop.variant(), _order("late")])
    await installation.until_quiet(bad.processes)
    bad.stop()
    good = installation.start("orders")
    good.until_ready()
    await installation.feed([shop.order("late", id_="order-late-again"), shop.order("other")])
    await installation.until_quiet(good.processes)
    async with mending_of(installation) as mending:
        (held,) = await preview_all(mending)
        assert [each.id for each in held.newer] == ["order-late-again"]
        assert held.unless == "behind_newer"
        (allowed,) = await preview_all(mending, Told(behind_newer=True))
        assert allowed.rehearsed is not None
        assert (allowed.rehearsed.verdict, allowed.unless) == (Verdict.ALREADY_SO, "anyway")


def _subject(record: Outbound) -> str:
    value = json.loads(record.value or b"")
    data = value.get("data", value)
    return str(data["order_id"])
