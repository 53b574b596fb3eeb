"""`python -m backend --socket PATH --data-root DIR --run-root DIR …`."""

import sys

from backend.daemon import main

if __name__ == "__main__":
    sys.exit(main())
