"""What the HTTP side shows of a story: its steps as a list, each behind the one that it follows from."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from services.watch.index import State, is_running
from services.watch.queries import Story
from services.watch.rules.tree import Follows, Step, plant
from services.watch.telling.told import Fate


class IndexResource(BaseModel):
    """How far the index has read."""

    running: bool = Field(description="Whether the watch service wrote to it a moment ago.")
    behind_records: int = Field(description="Records that it had not read when it looked last.")
    behind_seconds: float = Field(description="Age of the last record that it had read, while more were there.")
    seen_at: datetime | None = Field(default=None, description="When it looked last.")
    lost_records: int = Field(description="Records that Kafka deleted before they were read.")


class StepResource(BaseModel):
    """One record, in one line, in its place."""

    at: datetime = Field(description="The broker's time.")
    type: str = Field(description="The short name of its type; empty: it cannot be read.")
    fate: Fate
    words: str = Field(description="What happened, in one line without personal data.")
    subject: str
    by: str = Field(description="Who acted, or which party wrote it.")
    codes: list[str] = Field(description="Codes of a refusal, or the reason of a dead letter.")
    depth: int = Field(description="How many steps stand above it.")
    above: int | None = Field(default=None, description="Which step it follows from, counted from 0; none: a begin.")
    after_seconds: float | None = Field(default=None, description="How long after that one it came.")
    follows: Follows = Field(description="What is known of its cause.")
    cause_source: str | None = None
    cause_id: str | None = None
    source: str
    id: str
    topic: str
    partition: int
    offset: int


class StoryResource(BaseModel):
    """Everything about one order, serial, subscription, invoice or request, over all topics and services."""

    kind: str = Field(description="order, serial, subscription, invoice, payer or request.")
    name: str
    also: list[str] = Field(description="What else is called so: ask for it as kind:name.")
    steps: list[StepResource]
    more: bool = Field(description="Not all records are here: ask for more by `limit`, or from later on by `since`.")
    index: IndexResource


def story_of(story: Story, now: datetime) -> StoryResource:
    """As it is sent. The story is about something."""
    wanted = story.wanted
    return StoryResource(
        kind=wanted.kind if wanted else "",
        name=wanted.name if wanted else story.text,
        also=[f"{each.kind}:{each.name}" for each in story.others],
        steps=steps_of(plant(story.rows)),
        more=story.more,
        index=index_of(story.state, now),
    )


def steps_of(steps: Sequence[Step]) -> list[StepResource]:
    """Each as it is sent."""
    return [_step(each) for each in steps]


def index_of(state: State, now: datetime) -> IndexResource:
    """How the index stands."""
    return IndexResource(
        running=is_running(state, now),
        behind_records=state.behind,
        behind_seconds=round(state.seconds, 3),
        seen_at=None if state.seen is None else state.seen.astimezone(UTC),
        lost_records=state.lost,
    )


def _step(step: Step) -> StepResource:
    told = step.told
    cause = told.cause or (None, None)
    return StepResource(
        at=told.at,
        type=told.type,
        fate=told.fate,
        words=told.words,
        subject=told.subject,
        by=told.by,
        codes=list(told.codes),
        depth=step.depth,
        above=step.above,
        after_seconds=None if step.after is None else step.after.total_seconds(),
        follows=step.follows,
        cause_source=cause[0],
        cause_id=cause[1],
        source=told.source,
        id=told.id,
        topic=told.topic,
        partition=told.partition,
        offset=told.offset,
    )


def how_far(state: State, now: datetime) -> str:
    """A sentence about what the index can know."""
    if state.seen is None:
        return "The index is empty: the watch service (`leaseline up` or `python -m services.watch`) never ran here"
    seen = f"{state.seen.astimezone(UTC):%F %T} UTC"
    if not is_running(state, now):
        return f"The index was written last at {seen}: the watch service does not run"
    return f"The index had read all but {state.behind:,} records at {seen}"
