"""The servers that these tests start for themselves."""

from tests.servers import installed, nobody_names_servers

__all__ = ["installed", "nobody_names_servers"]
