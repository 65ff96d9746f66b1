"""Real orders as messages: the mapping from the data in `data/` to what the demo sends, and what must come of it.

Pure functions: no clock, no chance, no broker. `README.md` tells the mapping in words and tables.
"""
