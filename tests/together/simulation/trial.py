"""What a seed of the three services at once is run with and judged by."""

from tests.engine.simulation.summary import Trial
from tests.together.simulation.checker import judged
from tests.together.simulation.shop import experiment

THREE = Trial("tests.together.simulate", experiment, judged)
