"""`python -m tests.deploy.deaf`: a process that says it is ready and does not listen to SIGTERM."""

import signal
import sys
import time

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stderr.write("service.ready\n")
    sys.stderr.flush()
    time.sleep(600)
