"""The engine's world in memory: the same four ports, nastier than the real ones and repeatable.

Held to the real ones by one contract suite, so that what the simulator shows of the engine is true of the real world.
"""
