"""Where the local runtime keeps its things: all under `.leaseline/`, which git ignores."""

from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
"""The folder of `pyproject.toml`."""

HOME: Final = PROJECT / ".leaseline"
"""Everything that may be deleted and made again."""

RUNTIME: Final = HOME / "runtime"
"""What was downloaded: Kafka's jars."""

SERVERS: Final = HOME / "servers"
"""The data of the servers that `leaseline servers start` runs."""
