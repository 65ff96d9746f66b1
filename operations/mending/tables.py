"""Dead letters and what would become of them, as tables and as JSON. No personal data, unless somebody asks for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from operations.terminal.sheet import Sheet, columns
from services.engine.core.letter import Letter
from services.engine.core.rehearsal import Rehearsed, Supposed
from services.mending.found import Shelved
from services.mending.replaying import Preview
from services.watch.masking.shown import shown


def moment(at: int) -> str:
    """A time as a table has it."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def letter_sheet(letters: Sequence[Shelved]) -> Sheet:
    """A row for each."""
    sheet = Sheet(columns("since", "place", "reason", "type", "about", "id", "state"), none="There is no dead letter.")
    for each in letters:
        letter = each.letter
        state = f"{each.state}, dead again" if each.dead_again else each.state
        sheet.add(
            moment(letter.at),
            letter.place,
            letter.why,
            letter.name,
            letter.subject,
            letter.id,
            state,
            data=data_of(each),
        )
    return sheet


def group_sheet(letters: Sequence[Shelved]) -> Sheet:
    """How many by service, reason and type, the most first."""
    counts = Counter((each.letter.service, each.letter.why, each.letter.name) for each in letters)
    last = {(each.letter.service, each.letter.why, each.letter.name): each.letter.at for each in letters}
    sheet = Sheet(
        columns("service", "reason", "type", "last", numbers=("count",)),
        title="By reason",
        none="There is no dead letter.",
    )
    for (service, why, name), count in counts.most_common():
        sheet.add(service, why, name, moment(last[service, why, name]), count)
    return sheet


def verdict_sheet(found: Sequence[Preview]) -> Sheet:
    """What each would be now."""
    sheet = Sheet(columns("place", "type", "about", "would be", "codes", "held back", "holds up"))
    for each in found:
        letter, rehearsed = each.shelved.letter, each.rehearsed
        codes = "" if rehearsed is None else ", ".join(rehearsed.codes) or rehearsed.why
        sheet.add(
            letter.place,
            letter.name,
            letter.subject,
            "not sent" if rehearsed is None else word_of(rehearsed),
            codes,
            held_back(each),
            each.holds_up,
        )
    return sheet


def preview_sheet(preview: Preview, *, unmask: bool) -> Sheet:
    """Everything about one."""
    letter = preview.shelved.letter
    sheet = Sheet(columns("what", "it is"))
    for name, value in letter_data(preview, unmask=unmask).items():
        if isinstance(value, Mapping):
            for inner, content in value.items():
                sheet.add(f"{name}.{inner}", _text(content))
        elif isinstance(value, list | tuple):
            for each in value:
                sheet.add(name, _text(each))
        elif value not in (None, ""):
            sheet.add(name, _text(value))
    sheet.add("first stood at", letter.address)
    return sheet


def held_back(preview: Preview) -> str:
    """Why it is not sent as things are, and what would have it sent."""
    if not preview.unless:
        return preview.held_back
    return f"{preview.held_back}; --{preview.unless.replace('_', '-')} sends it all the same"


def word_of(rehearsed: Rehearsed) -> str:
    """The verdict, with what would be said."""
    said = f": {', '.join(rehearsed.said)}" if rehearsed.said else ""
    return f"{rehearsed.verdict.value.replace('_', ' ')}{said}"


def data_of(shelved: Shelved) -> dict[str, object]:
    """A letter without what is in it, for a program."""
    letter = shelved.letter
    return {
        "place": letter.place,
        "address": letter.address,
        "service": letter.service,
        "since": moment(letter.at),
        "reason": letter.why,
        "detail": letter.detail,
        "type": letter.type,
        "source": letter.source,
        "id": letter.id,
        "about": letter.subject,
        "state": shelved.state,
        "dead_again": shelved.dead_again or None,
        "done": [
            {"what": done.state, "at": moment(done.at), "actor": done.act.actor, "reason": done.act.reason}
            for done in shelved.done
        ],
    }


def letter_data(preview: Preview, *, unmask: bool | None = None) -> dict[str, object]:
    """A letter with what it would be now; with ``unmask`` given, what is in it, too: masked unless it is true."""
    rehearsed = preview.rehearsed
    data = data_of(preview.shelved)
    if rehearsed is not None:
        data["now"] = {
            "verdict": rehearsed.verdict.value,
            "said": list(rehearsed.said),
            "codes": list(rehearsed.codes),
            "reason": rehearsed.why,
            "detail": rehearsed.detail,
            "where": rehearsed.where,
        }
    data["held_back"] = held_back(preview)
    data["holds_up"] = preview.holds_up
    data["newer"] = [f"{each.type} {each.address} ({moment(each.at)})" for each in preview.newer]
    if unmask is not None:
        data |= content_of(preview.shelved.letter, unmask=unmask)
    return data


def content_of(letter: Letter, *, unmask: bool) -> dict[str, object]:
    """What is in it: the message as its type has it, masked by its tags; what cannot be read is masked whole."""
    origin = letter.origin
    record = Supposed(
        origin.topic, origin.partition, origin.offset, origin.timestamp, letter.key, letter.value, letter.headers
    )
    seen = shown(record, unmasked=unmask)
    return {"headers": seen.headers, "message": seen.message if seen.message is not None else seen.text}


def _text(value: object) -> str | int | None:
    return value if isinstance(value, int) else str(value)
