"""What a person or a pipe sees of a command: the only room that knows how a terminal is written to."""
