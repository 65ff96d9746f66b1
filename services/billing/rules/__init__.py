"""What billing decides by: pure functions over its documents."""
