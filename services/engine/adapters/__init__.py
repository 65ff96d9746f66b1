"""The only files that know a client library: Kafka, MongoDB, FastStream."""
