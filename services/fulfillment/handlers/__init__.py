"""What fulfillment does with what it hears: one file a use case. ``services/fulfillment/service.py`` names them all."""
