"""What a person in a terminal sees of the watch room."""
