"""All mutants, rule by rule."""

from tests.engine.mutants import acquisition as taking_over
from tests.engine.mutants import bounds, failing, recognising
from tests.engine.mutants import publishing as saying

MUTANTS = (*taking_over.MUTANTS, *saying.MUTANTS, *recognising.MUTANTS, *bounds.MUTANTS, *failing.MUTANTS)
RULES = range(1, 17)
