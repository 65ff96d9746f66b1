"""The words of every type of message, one file for each family."""
