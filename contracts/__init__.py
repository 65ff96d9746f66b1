"""What the services say to one another and to the world, and nothing more.

The pydantic models here are the only source of the wire format: JSON Schemas, the AsyncAPI document and the
examples are generated from them or checked against them. Fields are only added, never renamed or narrowed.
"""

VERSION = "0.1.0"
"""The release whose wire format this is."""
