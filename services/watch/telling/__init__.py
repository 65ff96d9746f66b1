"""The telling: a record of any topic as one line in plain English. Pure, and never surprised by what it reads."""
