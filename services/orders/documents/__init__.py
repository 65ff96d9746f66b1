"""What orders keeps: one file a noun."""
