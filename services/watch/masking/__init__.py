"""What is shown of a message to somebody who needs not know whom it is about."""
