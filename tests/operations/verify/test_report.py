import io

import pytest

from operations.terminal.screen import Screen
from operations.verify.report import Counted, Invariant, Report, State, Waiting, show


def invariants(*states: State) -> tuple[Invariant, ...]:
    return tuple(
        Invariant(
            number,
            "A rule",
            checked=0 if state is State.NOTHING_YET else 1234,
            counted="things",
            broken=12 if state is State.BROKEN else 0,
            offenders=tuple(f"order [o-{n}] is wrong" for n in range(10)) if state is State.BROKEN else (),
        )
        for number, state in enumerate(states, start=1)
    )


@pytest.mark.parametrize(
    ("states", "line"),
    [
        ((State.HOLDS,) * 7, "7 of 7 hold"),
        ((State.NOTHING_YET, *(State.HOLDS,) * 6), "6 of 6 hold, 1 nothing yet"),
        ((State.BROKEN, *(State.HOLDS,) * 6), "6 of 7 hold"),
        ((State.BROKEN, State.NOTHING_YET, *(State.HOLDS,) * 5), "5 of 6 hold, 1 nothing yet"),
    ],
)
def test_the_summary_counts_what_holds_among_what_could_be_checked(states: tuple[State, ...], line: str) -> None:
    report = Report(invariants(*states))
    assert report.summary == line
    assert report.holds == (State.BROKEN not in states)


def test_a_person_sees_a_line_for_each_invariant_its_offenders_and_what_waits() -> None:
    out = io.StringIO()
    report = Report(invariants(State.BROKEN, State.HOLDS), waits=(Waiting("orders on hold", 2, ("o-1",)),))
    show(report, Screen(file=out, width=120))
    text = out.getvalue()
    assert "1,234 things" in text
    assert "1 order [o-9] is wrong" in text
    assert "1 ... 12 in all" in text
    assert "2 orders on hold: o-1, ..." in text
    assert text.rstrip().endswith("1 of 2 hold")


def test_one_of_something_is_no_plural() -> None:
    out = io.StringIO()
    counts = (Counted("dead letters: wrong_topic", 1), Counted("records read", 1), Counted("dead letters: x", 2))
    show(Report((), waits=(Waiting("orders on hold", 1),), counts=counts), Screen(file=out, width=120))
    lines = out.getvalue().splitlines()
    assert lines[-5:-1] == ["1 order on hold", "1 dead letter: wrong_topic", "1 record read", "2 dead letters: x"]
