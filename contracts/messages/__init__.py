"""What is said, one file for each family of messages."""
