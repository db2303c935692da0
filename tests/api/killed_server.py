"""Run by a test: a server that can be killed by itself right after a commit, before its answer leaves.

killed_server.py STORE HOME SCHEMA kill|TOKEN      prints its address and the token of a key
"""

import os
import signal
import sys
import time
from pathlib import Path

from api.build import build
from tests.api.service import OPERATOR, running, settings_for


def main() -> None:
    store, home, schema, what = sys.argv[1:]
    quittance = build(settings_for(store, Path(home), schema))
    token = what
    if what == "kill":
        token = quittance.access.issue(OPERATOR, "test").result.token
        append = quittance.log.append

        def append_and_die(*args, **options):
            append(*args, **options)
            os.kill(os.getpid(), signal.SIGKILL)

        quittance.log.append = append_and_die  # type: ignore[method-assign]
    with running(quittance) as url:
        sys.stdout.write(f"{url} {token}\n")
        sys.stdout.flush()
        time.sleep(60)


if __name__ == "__main__":
    main()
