"""How a message travels: its envelope, its kinds, its topic, its bytes."""
