"""Whatever befell services and brokers: billing made anew from the log is billing as it is, and goes on as it would."""

from collections import Counter

from tests.ledgers import LAYOUTS, laid_out
from tests.together.rebuilding import Losing, by_collection, checkpoints_of, differing, made_anew
from tests.together.simulation.checker import judged
from tests.together.simulation.shop import experiment

SEEDS = 40
ONCE_MORE = (", 1 repeats", "RequestRepeated:")
"""A worker that was killed between saying and committing leaves no trace of having read: who asked may be answered once
more, that it was done."""


def once_more(violation: str) -> bool:
    repeats, answers = ONCE_MORE
    return violation.endswith(repeats) or (violation.startswith("same id, other bytes") and answers in violation)


def test_the_same_documents_are_made_from_what_was_said_and_asked() -> None:
    made: Counter[str] = Counter()
    for seed in range(SEEDS):
        world = experiment(seed)
        with laid_out(*LAYOUTS[seed % len(LAYOUTS)]):
            documents, contradictions = made_anew(world, checkpoints_of(world))
        assert (seed, list(contradictions), differing(world, documents)) == (seed, [], [])
        made.update(by_collection(documents))
    assert min(made[name] for name in ("invoices", "shares", "runs", "members", "origin_marks", "short_codes")) > 10


def test_a_database_that_is_lost_in_the_middle_is_made_anew_and_every_rule_holds_to_the_end() -> None:
    lost = open_runs = behind = 0
    for seed in range(100, 100 + SEEDS):
        losing = Losing(seed)
        world = losing.run()
        lost, open_runs, behind = lost + losing.lost, open_runs + bool(losing.open_runs), behind + losing.behind
        violations = [each for each in judged(world).violations if not (losing.behind and once_more(each))]
        assert (seed, list(losing.contradictions), violations) == (seed, [], [])
    assert min(lost, open_runs, behind) > 3
