"""What billing keeps: one file a noun."""
