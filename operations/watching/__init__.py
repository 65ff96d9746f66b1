"""What a person in a terminal sees of the watch room: the topics as they are read, stories, the index."""
