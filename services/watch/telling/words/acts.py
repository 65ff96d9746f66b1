"""What people of operations did: dead letters sent again or given up, personal data looked at."""

from typing import Final

from contracts.messages import watching
from services.watch.telling.part import Part
from services.watch.telling.phrase import Phrases, said
from services.watch.telling.phrasing import counted
from services.watch.telling.words.answers import short


def _letter(data: Part) -> str:
    return f"{short(data.text('message_type')) or 'a record'} of {data.text('address')}"


def _replayed(data: Part) -> str:
    again = f", {data.number('times')} times by now" if data.number("times") > 1 else ""
    edited = "edited and " if data.flag("edited") else ""
    return f"dead letter {edited}replayed: {_letter(data)} stands at {data.text('sent_to')} now{again}"


def _discarded(data: Part) -> str:
    return f"dead letter discarded: {_letter(data)}, {data.text('why').replace('_', ' ')}"


def _shown(data: Part) -> str:
    count = data.whole("count")
    many = "are to be shown" if count is None else f"were shown in {counted(count, 'record')}"
    return f"personal data of {data.text('shown')} {many} at the {data.text('through')} door"


PHRASES: Final[Phrases] = {
    watching.DeadLetterReplayed: said(_replayed),
    watching.DeadLetterDiscarded: said(_discarded),
    watching.PersonalDataShown: said(_shown),
}
"""Those of operations."""
