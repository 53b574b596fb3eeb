"""Starts the packaged command, or with `--supervisor` the machine's supervisor (see vm.client)."""

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["--supervisor"]:
        from vm.__main__ import main

        sys.exit(main(sys.argv[2:]))
    from app.cli import main

    sys.exit(main())
