"""`leaseline doctor`: tries what an installation stands on: Kafka, MongoDB, itself. ``checks.py`` lists what.

It tries behaviour, not names of products. It writes nothing into the topics and documents of an installation: what must
be written to be tried is written into a topic and a database of its own, which are gone afterwards.
"""
