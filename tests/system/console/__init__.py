"""The console in a real browser, on real services: one installation for all of it."""
