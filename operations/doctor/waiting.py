"""What waits: requests that are parked, open changes of orders, requests over HTTP without an answer; and the clock by
which waiting ends.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from operations.doctor.finding import Finding, Level, Symptom, named
from operations.doctor.ground import Ground
from operations.doctor.looking import Look
from operations.doctor.unread import told
from operations.terminal.counts import counted
from services.engine.adapters.mongo_lanes import Database
from services.engine.core.answer import ANSWERS, answer_id
from services.http.kept import REQUESTS

PATIENCE_MS: Final = 8_000
MOST: Final = 500
"""Requests over HTTP that are looked at, the oldest."""
_DUE: Final = {"lane": {"$exists": True}, "due": {"$exists": True}}
"""As the partial index has it: of all documents, those that wait for something."""
PARKED: Final[Mapping[str, tuple[str, Sequence[Mapping[str, Any]], Any]]] = {
    "orders": ("awaited_orders", [{"$unwind": "$parked"}], "$parked.timestamp"),
    "fulfillment": (
        "ledgers",
        [{"$unwind": "$parked"}],
        {"$toLong": {"$ifNull": ["$parked.scan.recorded", "$parked.wish.recorded"]}},
    ),
}
"""By service: the collection, how its parked requests are told apart, and when one was recorded (ms)."""

OLD = Symptom(
    "waiting.parked", Level.WARNING, "a request has waited for longer than `--parked-hours`",
    "what it waits for may never come, and its sender has only a notice",
    "leaseline parked list says what each waits for: send what is missing",
)  # fmt: skip
OPEN_CHANGE = Symptom(
    "waiting.change", Level.WARNING, "a change of an order has been open for longer than `--change-minutes`",
    "fulfillment has not answered, and later changes of the order wait behind it",
    "leaseline changes list names them; does fulfillment run, and is the proposal dead? leaseline dead list",
)  # fmt: skip
CLOCK = Symptom(
    "waiting.clock", Level.WRONG, "the waiting clock of a lane that has an owner has not moved for `--clock-minutes`",
    "nothing expires, no contract ends, nothing is proposed again",
    "is LEASELINE_TICK_SECONDS 0, or a worker's clock wrong? Look for ClockTicked among the dead letters of orders",
)  # fmt: skip
UNANSWERED = Symptom(
    "requests.unanswered", Level.WARNING, "a request over HTTP is stored, and nobody knows an answer after "
    "`--unanswered-minutes`",
    "its sender still asks for the outcome",
    "an API process sends it again by itself: run one (leaseline http), and a worker of the service",
)  # fmt: skip
OF_PARKED: Final = (OLD, OPEN_CHANGE)
OF_CLOCK: Final = (CLOCK,)
OF_REQUESTS: Final = (UNANSWERED,)


async def not_for_long(ground: Ground) -> Sequence[Finding]:
    """Nothing waits for longer than it should."""
    notes = await ground.notes()
    found = []
    for service in PARKED:
        oldest, count = await _parked(notes.of(service), service)
        if oldest is not None and ground.since(oldest) > ground.limits.parked:
            what = f"{counted(count, 'request')} parked in {service}, the oldest for {told(ground.since(oldest))}"
            found.append(OLD.found(what))
    oldest, count = await _changes(notes.of("orders"))
    if oldest is not None and ground.since(oldest) > ground.limits.change:
        what = f"{counted(count, 'change')} open, the oldest for {told(ground.since(oldest))}"
        found.append(OPEN_CHANGE.found(what))
    return found


async def count_parked(ground: Ground, service: str) -> int:
    """How many requests are parked in a service."""
    return (await _parked((await ground.notes()).of(service), service))[1] if service in PARKED else 0


async def count_changes(ground: Ground) -> int:
    """How many changes of orders are open."""
    return (await _changes((await ground.notes()).of("orders")))[1]


async def _parked(database: Database, service: str) -> tuple[int | None, int]:
    collection, apart, recorded = PARKED[service]
    return await _oldest(database, collection, {**_DUE, "parked.0": {"$exists": True}}, apart, recorded)


async def _changes(database: Database) -> tuple[int | None, int]:
    return await _oldest(database, "change_lines", _DUE, [], "$open.request.timestamp")


async def _oldest(
    database: Database, collection: str, match: Mapping[str, Any], apart: Sequence[Mapping[str, Any]], recorded: Any
) -> tuple[int | None, int]:
    """When the oldest was recorded (ms), and how many there are."""
    group = {"_id": None, "oldest": {"$min": recorded}, "count": {"$sum": 1}}
    asked = await database[collection].aggregate([{"$match": match}, *apart, {"$group": group}], maxTimeMS=PATIENCE_MS)
    async for each in asked:
        return each["oldest"], each["count"]
    return None, 0


async def clock_moves(ground: Ground) -> Sequence[Finding]:
    """The waiting clock moves in each lane that somebody has."""
    _, look = await ground.looks()
    return standing_clocks(look, ground.now(), ground.limits.clock)


def standing_clocks(look: Look, now: float, limit: float) -> list[Finding]:
    """Lanes of orders whose clock stands; one that never moved says nothing: nobody began to wait."""
    owned = look.groups["orders"].whole
    ages = {
        lane: now - each.clock.as_of.timestamp()
        for lane, each in look.checkpoints["orders"].items()
        if lane in owned and each.clock.as_of is not None
    }
    old = sorted(lane for lane, age in ages.items() if age > limit)
    if not old:
        return []
    lanes = named([str(lane) for lane in old])
    return [CLOCK.found(f"the clock stands in lanes of orders ({lanes}), for {told(max(ages[lane] for lane in old))}")]


async def answered(ground: Ground) -> Sequence[Finding]:
    """Every request that was stored is answered."""
    notes = await ground.notes()
    before = datetime.fromtimestamp(ground.now(), UTC) - timedelta(seconds=ground.limits.unanswered)
    found = []
    for service in PARKED.keys() | {"billing"}:
        open_ = await unanswered(notes.of(service), before)
        if open_:
            age = told(ground.now() - min(open_).timestamp())
            more = " or more" if len(open_) >= MOST else ""
            what = f"{counted(len(open_), 'request')}{more} of {service} without an answer, the oldest for {age}"
            found.append(UNANSWERED.found(what))
    return found


async def unanswered(database: Database, before: datetime) -> list[datetime]:
    """When those were made that have no answer; what is answered, and not noted as that yet, is left out."""
    asked = {"due": {"$exists": True}, "created": {"$lte": before}}
    fields = {"source": 1, "message_id": 1, "created": 1}
    found = await database[REQUESTS].find(asked, fields, max_time_ms=PATIENCE_MS).sort("created", 1).to_list(MOST)
    names = {answer_id(each["source"], each["message_id"]): each["created"] for each in found}
    answers = database[ANSWERS].find({"_id": {"$in": list(names)}}, {"_id": 1})
    there = {each["_id"] async for each in answers}
    return [created for name, created in names.items() if name not in there]
