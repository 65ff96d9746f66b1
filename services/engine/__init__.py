"""Not a service: the one machine the three share. It knows no service, and no service knows a broker.

A batch takes five steps, in this order: consume, read, one transaction (load, decide, save), publish, commit.
Saved before said, said before committed; what is repeated is repeated identically.
"""
