"""`python -m backend --socket PATH --data-root DIR --run-root DIR …`."""

import gc
import logging
import os
import sys

if __name__ == "__main__":
    gc.disable()  # until the engine is up: what a start loads stays, and looking for garbage in it takes long
    from backend.daemon import main

    code = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # All is put in order. The interpreter would take longer to free its memory than all of that took.
    os._exit(code)
