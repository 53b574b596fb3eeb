"""`python -m backend --socket PATH --data-root DIR --run-root DIR …`."""

import logging
import os
import sys

from backend.daemon import main

if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # All is put in order. The interpreter would take longer to free its memory than all of that took.
    os._exit(code)
