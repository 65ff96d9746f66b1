"""An installation that grows in any weather breaks no rule, and everything that the command does is needed."""

from collections.abc import Mapping, Sequence

import pytest

from services.engine.core.checkpoint import Barrier
from services.engine.core.growing import Growing
from services.engine.core.record import Outgoing
from services.engine.core.service import Service
from tests.engine.simulation.checker import judged
from tests.engine.simulation.growth import Growth
from tests.engine.simulation.world import Setup, experiment

SEEDS = 400
AT_A_TIME = 100
HUNTED = 1_000
"""Seeds within which a mutant must have been noticed."""

Barriers = Mapping[int, Sequence[Barrier]]


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
def test_no_seed_breaks_a_rule_while_the_installation_grows(first: int, request: pytest.FixtureRequest) -> None:
    times = 10 if request.config.getoption("--long") else 1
    kills = forwarded = moved = 0
    for seed in range(first * times, (first + AT_A_TIME) * times):
        world = experiment(seed, Setup(growth=Growth))
        assert judged(world).violations == (), f"seed {seed}"
        assert world.growth is not None
        kills += world.growth.kills
        forwarded += world.growth.forwarded
        moved += sum(("home", 1) in world.turns(record) for record in world.workload.asked if record.poison is None)
    assert kills, "the command was never killed"
    assert forwarded, "nothing was ever forwarded"
    assert moved, "nobody ever asked at a new home"


class WithoutBarriers(Growth):
    """New lanes read requests at once."""

    async def _add_lanes(self, service: Service, growing: Growing, barriers: Barriers) -> None:
        await super()._add_lanes(service, growing, dict.fromkeys(barriers, ()))


class NotWaitingForMothers(Growth):
    """New lanes wait for what was forwarded to them only."""

    async def _add_lanes(self, service: Service, growing: Growing, barriers: Barriers) -> None:
        own = {lane: [each for each in found if each.lane == lane] for lane, found in barriers.items()}
        await super()._add_lanes(service, growing, own)


class NotWaitingForWhatWasForwarded(Growth):
    """New lanes wait for their mothers only."""

    async def _add_lanes(self, service: Service, growing: Growing, barriers: Barriers) -> None:
        mothers = {lane: [each for each in found if each.lane != lane] for lane, found in barriers.items()}
        await super()._add_lanes(service, growing, mothers)


class NothingForwarded(Growth):
    """What nobody has read is left to the lanes where it stands."""

    def _say(self, records: Sequence[Outgoing]) -> None:
        """Nothing."""


class NotLookingAgain(Growth):
    """What is saved while the fence is put up is overlooked."""

    async def _fenced(self) -> bool:
        await super()._fenced()
        return True


class Impatient(Growth):
    """Nobody waits until all is heard."""

    def _quiet(self) -> bool:
        return True


class UnderTheSameEpoch(Growth):
    """An owner of before saves on."""

    raised = 0


@pytest.mark.parametrize(
    ("mutant", "first"),
    [
        (WithoutBarriers, 0),
        (NotWaitingForMothers, 0),
        (NotWaitingForWhatWasForwarded, 40),
        (NothingForwarded, 0),
        (NotLookingAgain, 580),
        (Impatient, 0),
        (UnderTheSameEpoch, 0),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_a_command_that_leaves_something_out_is_noticed(mutant: type[Growth], first: int) -> None:
    seeds = range(first, first + HUNTED)
    noticed = (seed for seed in seeds if judged(experiment(seed, Setup(growth=mutant))).violations)
    assert next(noticed, None) is not None, f"{mutant.__name__} survived {HUNTED} seeds"
