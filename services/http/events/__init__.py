"""Everything that the services say, for whoever has no Kafka: read on from a cursor, by long polling."""
