"""What follows from rows: where they stand, by what they are found, how they hang together. Pure."""
