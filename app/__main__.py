"""`python -m app`: the desktop."""

import sys

from app.main import main

sys.exit(main())
