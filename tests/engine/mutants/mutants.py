"""All mutants, rule by rule."""

from tests.engine.mutants import bounds, failing, recognising, saying, taking_over

MUTANTS = (*taking_over.MUTANTS, *saying.MUTANTS, *recognising.MUTANTS, *bounds.MUTANTS, *failing.MUTANTS)
RULES = range(1, 17)
