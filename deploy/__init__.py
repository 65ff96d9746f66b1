"""How Leaseline is set up, started, fed and checked: nothing in here decides anything."""
