"""The start of both packaged programs: which one it is, its file's name says.

With `--supervisor` either is the machine's supervisor (see vm.client).
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    if sys.argv[1:2] == ["--supervisor"]:
        from vm.__main__ import main

        sys.exit(main(sys.argv[2:]))
    if Path(sys.executable).stem == "marina-desktop":
        from app.main import main
    else:
        from app.cli import main
    sys.exit(main())
