"""An installation that goes on while it is looked at: what was saved before a document was read has been heard, too."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime

from contracts.messages.invoices import BillingRunRequested
from contracts.messages.life import ReversalRequested
from operations.verify.books import Books
from operations.verify.verifying import looked_at
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import replace
from services.engine.core.record import Outgoing, Place
from tests.operations.verify.small_installation import Logged, SmallInstallation, invoiced


class Moving:
    """The log and the databases of a small installation; at each look something happens between the two."""

    def __init__(self, small: SmallInstallation, *happens: Callable[[], None]) -> None:
        self._small = small
        self.left = list(happens)

    @property
    def places(self) -> Sequence[Place]:
        return tuple(self._small.log)

    async def begins(self, places: Iterable[Place]) -> dict[Place, int]:
        return dict.fromkeys(places, 0)

    async def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        return {place: max((each.offset + 1 for each in self._small.log[place]), default=0) for place in places}

    async def read(self, begins: Mapping[Place, int], ends: Mapping[Place, int]) -> AsyncIterator[Sequence[Logged]]:
        for place, end in ends.items():
            yield [each for each in self._small.log[place] if begins[place] <= each.offset < end]

    async def empty(self, begins: Mapping[Place, int], ends: Mapping[Place, int]) -> bool:
        return not any([page async for page in self.read(begins, ends)])

    async def checkpoints(self, service: str) -> Sequence[Checkpoint]:
        return [checkpoint for (name, _), checkpoint in self._small.checkpoints.items() if name == service]

    async def enter(self, books: Books) -> None:
        self.left.pop(0)()
        self._small.keep(books)


def invoice(small: SmallInstallation, period: str, first: date) -> None:
    small.now = datetime(first.year, first.month, first.day, 12, 0, tzinfo=UTC)
    small.ask(BillingRunRequested(period=period, as_of=first, actor="Hedy"), period, source="finance")
    small.run()


async def test_a_month_invoiced_during_one_look_and_credited_during_the_next_is_no_offence() -> None:
    small = invoiced()
    before, after = deepcopy(small.documents), small.documents

    def invoiced_behind_the_documents() -> None:
        """They were read before; the lane's checkpoint, which is read last, still has to say the page."""
        invoice(small, "2024-07", date(2024, 8, 1))
        small.forget_what_was_to_be_said()
        page = small.said("InvoiceLinesIssued", "o-2/1")[-1]
        key = ("billing", page.partition)
        said = Outgoing(page.topic, page.partition, page.key, page.value)
        small.checkpoints[key] = replace(small.checkpoints[key], outgoing=(said,))
        small.documents = before

    def credited_before_the_documents() -> None:
        small.documents = after
        small.ask(ReversalRequested(subscription_id="o-2/1", actor="Grace", reason="wrong box"), "r2", source="clerk")
        small.run()
        invoice(small, "2024-08", date(2024, 9, 1))
        small.forget_what_was_to_be_said()

    world = Moving(small, invoiced_behind_the_documents, credited_before_the_documents)
    report = await looked_at(Books(":memory:"), world, world, patience=0.0)  # type: ignore[arg-type]
    assert report.holds, [(each.number, each.offenders) for each in report.invariants if each.broken]
    assert not world.left, "there was no second look"
