"""What orders decides by: pure functions over its documents."""
