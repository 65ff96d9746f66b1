"""What fulfillment decides by: pure functions over its documents."""
