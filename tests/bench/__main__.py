"""`make bench`, `python -m tests.bench`: measure, beside a Docker where one is installed."""

import argparse
import os
import sys

from tests.bench import desktop, groups, virtual_machine, window
from tests.bench.engines import Docker, Marina
from tests.bench.machine import Machine
from tests.bench.statistics_table import format_table


def main() -> int:
    """Run what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--samples", type=int, default=20, help="turns for each measurement")
    parser.add_argument("--no-docker", action="store_true", help="leave an installed Docker out")
    parser.add_argument("--only", choices=(*groups.GROUPS, desktop.GROUP), help="this group alone")
    parser.add_argument("--vm", action="store_true", help="also boot the machine and measure it (minutes)")
    parser.add_argument("--only-vm", action="store_true", help="measure nothing but the machine")
    parser.add_argument("--in-machine", action="store_true", help="the engine's figures, in the machine")
    parser.add_argument("--only-window", action="store_true", help="the package's window beside the source's")
    options = parser.parse_args()
    if options.only_window:
        sys.stdout.write(format_table(window.measure(options.samples), window.NAME, window.SOURCE) + "\n")
        return 0
    if os.geteuid() != 0:
        sys.stderr.write("The native engine needs root: run this as root, or with sudo.\n")
        return 1
    if options.in_machine:
        rows = groups.measure_in_the_machine(options.samples, options.only)
        sys.stdout.write(format_table(rows, Machine.name, None) + "\n")
        return 0
    if not options.only_vm:
        with_docker = Docker.is_there() and not options.no_docker
        rows = (
            []
            if options.only == desktop.GROUP
            else groups.measure_natively(options.samples, with_docker, options.only)
        )
        if options.only in (None, desktop.GROUP):
            rows += desktop.measure()
        sys.stdout.write(format_table(rows, Marina.name, Docker.name if with_docker else None) + "\n")
        if not Docker.is_there():
            sys.stdout.write("There is no dockerd here to compare with; `make setup-test` fetches one.\n")
    if options.vm or options.only_vm:
        rows = virtual_machine.measure()
        sys.stdout.write(format_table(rows, virtual_machine.NAME, None) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
