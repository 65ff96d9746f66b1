"""What happens to orders after they are placed: cancelled, amended, closed in part, moved to another payer."""
