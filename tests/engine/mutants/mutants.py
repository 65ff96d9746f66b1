"""All mutants, rule by rule."""

from tests.engine.mutants import bounds, recognising, saying, taking_over

MUTANTS = (*taking_over.MUTANTS, *saying.MUTANTS, *recognising.MUTANTS, *bounds.MUTANTS)
RULES = range(1, 17)
