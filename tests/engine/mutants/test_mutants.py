"""Every rule of the design is needed: without it the simulator finds a violation."""

import json
from collections.abc import Callable

import pytest

from tests.engine.mutants.mutant import Mutant, hunted
from tests.engine.mutants.mutants import MUTANTS, RULES
from tests.engine.simulation.checker import judged
from tests.engine.simulation.world import Setup, experiment


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_an_engine_without_the_rule_is_noticed(mutant: Mutant, record_property: Callable[[str, object], None]) -> None:
    killed = hunted(mutant)
    told = [mutant.rule, mutant.name, killed.seeds, round(killed.seconds, 1), killed.violation]
    record_property("mutant", json.dumps(told))
    assert not killed.failures
    assert killed.seeds, f"{mutant.name} survived {mutant.seeds} seeds"
    assert "in the trace" not in killed.violation, "a mutant of this rule loses a trace: it proves nothing of the rule"


def test_every_rule_has_a_mutant() -> None:
    assert {mutant.rule for mutant in MUTANTS} == set(RULES)


@pytest.mark.parametrize("only", sorted({m.setup.only for m in MUTANTS if m.setup.only}), ids=str)
def test_the_engine_itself_stands_under_the_faults_that_a_mutant_is_hunted_with(only: tuple[str, ...]) -> None:
    for seed in range(100):
        assert judged(experiment(seed, Setup(only=only))).violations == (), f"seed {seed}"
