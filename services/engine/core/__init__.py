"""The pure part of the engine: reading, planning, unit of work, inbox, outbox, positions, lanes."""
