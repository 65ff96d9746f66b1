"""What orders reads, and what it decides: one file a use case, one handler for each type of message."""
