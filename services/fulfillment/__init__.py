"""Decides which device belongs to which ordered unit, alone: units, assets and subscriptions have one arbiter."""
