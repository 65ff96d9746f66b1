"""What the index keeps: a row for each record, a position for each partition."""
