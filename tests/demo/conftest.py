"""The servers that these tests start for themselves."""

from tests.servers import installed, named_database, nobody_names_servers, small_servers

__all__ = ["installed", "named_database", "nobody_names_servers", "small_servers"]
