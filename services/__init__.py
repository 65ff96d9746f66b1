"""Three services of the same anatomy around one engine: read one folder and you have read three."""
