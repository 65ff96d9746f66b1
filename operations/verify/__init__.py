"""Checks the seven invariants of an installation: every record of its topics against every document of its databases.

Both are read in pages into a temporary SQLite file (``books``) and joined there, so that memory stays bounded however
much there is. Nothing in here decides as the services do: what they keep and say is counted anew.
"""

from operations.verify.report import Report
from operations.verify.verifying import verified

__all__ = ["Report", "verified"]
