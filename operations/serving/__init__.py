"""The HTTP sides of the three services behind one address: ``python -m operations.serving``, or `leaseline http`."""
