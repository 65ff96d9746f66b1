"""`python -m deploy.local.ready`: fetches and tries everything that the local servers need."""

import sys

from deploy.local import jars, runtime, warm
from deploy.local.errors import NotOnThisPlatform
from installation.errors import MendableError


def main() -> int:
    """0 if the servers can be started, or if this platform has to name its own; 1 with the reason if not.

    130 after Ctrl-C.
    """
    try:
        runtime.require_platform()
        jars.fetch(_say)
        _say(f"Kafka: {len(jars.expected())} jars as expected; Java: {runtime.version_of_java()}")
        _say("Kafka: a first start, to keep its linked classes for faster ones")
        warm.train()
        _say(f"MongoDB: {runtime.version_of_mongod()}")
    except NotOnThisPlatform as trouble:
        _say(str(trouble))
    except MendableError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: what was downloaded is kept; the same command goes on from there.\n")
        return 130
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"        {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
