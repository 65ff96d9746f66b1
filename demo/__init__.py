"""The demonstration: real orders through the three services, watched on the topics, counted in the databases."""
