"""What a person on call does at the command line about messages that nobody could decide (``docs/mending.md``)."""
