"""Whether every request has exactly one answer, however often it was sent and passed on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.engine.simulation.outside import Asked
from tests.together.simulation.told import Told

EFFECTS: Mapping[str, str] = {
    "OrderSubmitted": "OrderPlaced",
    "OrderConfirmationRequested": "OrderConfirmed",
    "NoteSubmitted": "NoteAdded",
    "OrderAmendmentRequested": "OrderAmended",
    "OrderCancellationRequested": "OrderCancelled",
    "ShortCloseRequested": "OrderAmended",
    "PayerChangeRequested": "OrderAmended",
    "HoldReleaseRequested": "HoldReleased",
    "HoldRejectionRequested": "OrderCancelled",
    "CustomerGroupChangeRequested": "CustomerGroupChanged",
    "VariantSubmitted": "VariantChanged",
    "SubscriptionCancellationRequested": "SubscriptionCancelled",
    "ExtensionRequested": "SubscriptionExtended",
    "SerialCorrectionRequested": "SerialCorrected",
    "ReplacementRequested": "DeviceReplaced",
    "ReturnSubmitted": "AssetReturned",
    "ReturnWithdrawalRequested": "ReturnWithdrawn",
    "CancellationWithdrawalRequested": "CancellationWithdrawn",
    "ReversalRequested": "SubscriptionReversed",
    "ShipmentSubmitted": "ShipmentTracked",
    "AssetReceived": "AssetAnnounced",
    "AssetCorrectionRequested": "AssetCorrected",
    "AssetStateRequested": "AssetStateChanged",
    "PayerSettingsSubmitted": "PayerSettingsChanged",
    "PayerRepairRequested": "PayerRepaired",
    "BillingRunRequested": "BillingRunCompleted",
}
"""The fact that answers a request; a scan's are its subscriptions."""
SCAN = "ItemFulfillmentRequested"
BY_ADDRESS = ("RequestRefused", "RequestRepeated", "ItemFulfillmentRefused")


def misjudged(asked: Iterable[Asked], told: Sequence[Told], remembered: frozenset[str]) -> Iterator[str]:
    """What is wrong. ``asked`` are the records that were decided, or (``remembered``) wait for their order for ever."""
    answers: dict[str, list[Told]] = defaultdict(list)
    effects: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for said in told:
        if said.name in BY_ADDRESS:
            answers[said.id.partition(":")[2]].append(said)
        else:
            effects[said.cause].append(said)
    groups: dict[tuple[str, str, str], list[Asked]] = defaultdict(list)
    for record in asked:
        groups[record.source, record.id, record.what.service].append(record)
    for (source, id_, _), group in groups.items():
        for record in group:
            mine = answers[record.address]
            if len(mine) > 1:
                yield f"{len(mine)} answers for {record.what.name} at {record.address}"
            if any(answer.cause != (source, id_) for answer in mine):
                yield f"the answer for {record.address} names another request"
        yield from _group(group, answers, effects[source, id_], remembered)
    known = {(source, id_) for source, id_, _ in groups}
    strange = {
        cause for cause in effects if any(cause) and cause not in known and not cause[0].startswith("leaseline/")
    }
    yield from (f"effects of {cause}, which nobody asked for" for cause in sorted(strange))


def _group(
    group: list[Asked], answers: Mapping[str, list[Told]], effects: list[Told], remembered: frozenset[str]
) -> Iterator[str]:
    """One message, however often it was sent: decided once, and for every other record a repeat's answer."""
    names = {record.what.name for record in group}
    said = f"{'/'.join(sorted(names))} {group[0].source} {group[0].id} sent {len(group)} times"
    decided: list[Told | None] = []
    silent: list[Asked] = []
    repeats = foreign = 0
    for record in group:
        if record.address in remembered:
            decided.append(None)
            continue
        (answer,) = answers[record.address] or (None,)
        if answer is None or (answer.name == "ItemFulfillmentRefused" and answer.data.get("accepted")):
            silent.append(record)
        elif answer.name == "RequestRepeated":
            repeats += 1
            foreign += (answer.data.get("first_source"), answer.data.get("first_id")) != (record.source, record.id)
        elif answer.data.get("refusals", [{}])[0].get("code") != "id_reused":
            decided.append(answer)
    wanted = {EFFECTS.get(name, "") for name in names}
    # The notes that an order brought are said for its request, too: no effects of a note under the same id.
    brought = sum(len(record.what.data.get("notes", ())) for record in silent) if "NoteAdded" in wanted else 0
    done = sum(e.name in wanted for e in effects) - brought
    scans = [e for e in effects if e.name == "SubscriptionCreated"] if SCAN in names else []
    if len(silent) == 1 and silent[0].what.name == SCAN:
        yield from _scanned(said, silent[0], answers, scans)
    elif (done, len(silent), len(decided)) not in ((1, 1, 0), (0, 0, 1)) and not (foreign and not decided):
        yield f"{said}: {done} effects, {len(decided)} refusals, {len(silent)} silent, {repeats} repeats"
    elif foreign and (done or silent):
        yield f"{said}: a repeat of another one, and {done} effects"


def _scanned(said: str, record: Asked, answers: Mapping[str, list[Told]], created: list[Told]) -> Iterator[str]:
    """Each serial is answered: by its subscription, or in the one refusal."""
    refused = [serial["serial"] for answer in answers[record.address] for serial in answer.data["serials"]]
    made = [fact.data["subscription"]["raw_serial"] for fact in created]
    if Counter(refused) + Counter(made) != Counter(record.what.data.get("serials", ())):
        yield f"{said}: {record.what.data.get('serials')}, subscribed {made}, refused {refused}"
