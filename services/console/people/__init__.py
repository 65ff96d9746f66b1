"""Who may look at pages: people, their roles, how they come in, how long they stay."""
