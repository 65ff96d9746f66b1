"""What billing said to itself, in the internal topic of one lane: what it took of it, and what that came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from contracts.messages.invoices import LaneInvoiced, LaneInvoicingDue, PayerInvoicingDue
from contracts.values.immutable import Immutable
from services.billing.documents.run import Counts
from services.billing.rebuilding.events import PAGE, Run
from services.billing.rebuilding.record import Said, Spot, origin_spot, said_in
from services.engine.core.document import fields_of
from services.engine.core.record import Record

Part = tuple[str, int, int]
"""A lane's part in a run: period, run, lane."""
_LANE: Final = "LaneInvoicingDue:"


class Finished:
    """What is said in the internal topic over all lanes: by part, what a lane that is done counts; the parts that were
    begun; and the places of requests that were forwarded.
    """

    def __init__(self) -> None:
        self.parts: dict[Part, Counts] = {}
        self.begun: set[Part] = set()
        self.forwarded: set[Spot] = set()

    def hear(self, record: Record) -> None:
        """One more."""
        origin = origin_spot(record)
        if origin is not None:
            self.forwarded.add(origin[0])
            return
        said = said_in(record)
        if said is None:
            return
        data = said.data
        if said.type == LaneInvoicingDue.__name__:
            self.begun.add((data["period"], data["run"], data["lane"]))
        elif said.type == LaneInvoiced.__name__:
            self.parts.setdefault((data["period"], data["run"], data["lane"]), counts_in(data))


@dataclass
class Due:
    """A payer in a part that is not done. ``page`` is the last one that was said, ``taken`` whether it was taken;
    ``counted``: the lane itself said so, and counts on it.
    """

    as_of: date
    page: int = 0
    taken: bool = False
    counted: bool = False


@dataclass
class Paging:
    """How far a lane has looked at its payers for a run."""

    as_of: date
    after: str
    paged: bool = False

    @property
    def begun(self) -> bool:
        """Whether the lane has heard of the run."""
        return self.paged or bool(self.after)


class _Last(Immutable):
    """The last run that a payer was looked at in, its last page there, and the period of the run before."""

    before: str | None
    period: str
    run: int
    page: int


@dataclass
class Internal:
    """``hear`` takes a lane's records in their order; ``taken`` says whether the lane had read it."""

    lane: int
    finished: Finished
    ended: set[int]
    begun: dict[str, Run] = field(default_factory=dict)
    """By the address of a request, the run that it became."""
    done: dict[Run, dict[int, Counts]] = field(default_factory=dict)
    """Of the runs at home here, the lanes that are done, in order."""
    paging: dict[Part, Paging] = field(default_factory=dict)
    due: dict[Part, dict[str, Due]] = field(default_factory=dict)
    _pages_taken: set[str] = field(default_factory=set)
    _last: dict[str, _Last] = field(default_factory=dict)

    def hear(self, said: Said, *, taken: bool) -> None:
        """One more."""
        match said.type:
            case LaneInvoicingDue.__name__:
                self._lane(said, taken=taken)
            case PayerInvoicingDue.__name__:
                self._payer(said, taken=taken)
            case LaneInvoiced.__name__ if taken:
                data = said.data
                self.done.setdefault((data["period"], data["run"]), {}).setdefault(data["lane"], counts_in(data))
            case _:
                pass

    def last_period(self, payer: str) -> str | None:
        """That of the last run in which its pages came to an end."""
        return self._last[payer].period if payer in self._last else None

    def looked_at(self, payer: str, period: str, run: int) -> bool:
        """Whether that run is the one, and not only said to be repeated or not due."""
        last = self._last.get(payer)
        return last is not None and (last.period, last.run) == (period, run)

    def _lane(self, said: Said, *, taken: bool) -> None:
        data = said.data
        part = (data["period"], data["run"], data["lane"])
        if taken:
            self._pages_taken.add(said.id)
        address = said.id.removeprefix(_LANE).rpartition(":")[0]
        self.begun.setdefault(address, (data["period"], data["run"]))
        if data["lane"] != self.lane:
            return
        was = self.paging.get(part)
        if was is not None and data["after"] <= was.after:
            was.paged = was.paged or (taken and data["after"] == was.after)
            return
        self.paging[part] = Paging(date.fromisoformat(data["as_of"]), data["after"], taken)

    def _payer(self, said: Said, *, taken: bool) -> None:
        data = said.data
        payer, period, run, page = data["payer"], data["period"], data["run"], data["page"]
        self._follow(payer, period, run, page, ended=hash(said.id) in self.ended)
        part = (period, run, data["lane"])
        if part in self.finished.parts:
            return
        counted = not said.cause[1].startswith(PAGE)
        if counted and said.cause[1] not in self._pages_taken:
            return  # its lane will say so again
        due = self.due.setdefault(part, {}).setdefault(payer, Due(date.fromisoformat(data["as_of"])))
        due.counted = due.counted or counted
        if page > due.page or (page == due.page and not due.taken):
            due.page, due.taken = page, taken

    def _follow(self, payer: str, period: str, run: int, page: int, *, ended: bool) -> None:
        """Its accounts are said again when a page changed them; the last page is the one that no other follows."""
        last = self._last.get(payer)
        same = last is not None and (last.period, last.run) == (period, run)
        if ended:
            before = None if last is None else last.before if same else last.period
            self._last[payer] = _Last(before, period, run, page)
        elif last is not None and same and page > last.page:
            if last.before is None:
                del self._last[payer]
            else:
                self._last[payer] = _Last(None, last.before, 0, 0)


def counts_in(data: Mapping[str, Mapping[str, int]]) -> Counts:
    """What a part counts."""
    return Counts(**{name: data["counts"].get(name, 0) for name in fields_of(Counts)})
