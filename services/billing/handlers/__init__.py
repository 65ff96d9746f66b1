"""What billing does with what it hears: one file a use case. ``services/billing/service.py`` names them all."""
