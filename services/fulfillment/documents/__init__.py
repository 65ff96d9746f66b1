"""What fulfillment keeps: one file a noun."""
