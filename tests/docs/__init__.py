"""What the documents say is so: citations, decisions, settings."""
