"""Decides what is ordered, at which price and by whom; owns orders, the catalog, and customers' settings and notes."""

SERVICE_NAME = "orders"
