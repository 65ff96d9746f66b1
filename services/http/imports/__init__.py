"""Files of requests over HTTP: read as a stream, line by line, each line the request that a single route would take.

``docs/architecture.md`` section 8 tells how; ``docs/decisions/0098`` why.
"""
