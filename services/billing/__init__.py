"""Decides what each payer owes, under which term, in which currency, and when; asks nobody."""
