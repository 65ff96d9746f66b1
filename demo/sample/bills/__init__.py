"""Payers' settings, billing runs, and what the runs must issue, reckoned from the plan alone."""
