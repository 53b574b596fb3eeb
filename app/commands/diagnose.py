"""The commands for when something is wrong: each hop with its verdict, the bundle, the machine's logs."""

import argparse
from dataclasses import asdict
from pathlib import Path

from app.commands.console import printable, tell, write, write_json
from app.commands.session import Session

MARKS = {"ok": "ok", "warning": "note", "failed": "FAILED", "skipped": "-"}


def machine_log(options: argparse.Namespace) -> int:
    """Write the end of one of the machine's logs."""
    tail = Session(options).machine().read_log(options.log)
    if not tail.lines:
        tell(f"{tail.path} is empty, or not there yet.")
    for line in tail.lines[-options.tail :] if options.tail else tail.lines:
        write(printable(line))
    return 0


def diagnose(options: argparse.Namespace) -> int:
    """Show what was found; exit code 1 when a hop has failed."""
    from app.services.machine.diagnosis import Verdict, run_diagnosis

    Session(options).machine()  # refuses --socket: there is no machine to look at then
    bundle = Path(options.bundle).expanduser() if options.bundle else None
    report, packed = run_diagnosis(network=options.network, bundle=bundle)
    if options.json:
        write_json(asdict(report) | {"verdict": report.verdict, "bundle": options.bundle})
    else:
        for finding in report.findings:
            write(f"{MARKS[finding.verdict]:<7}{finding.title}")
            for line in finding.details.strip().splitlines():
                write(f"         {printable(line)}")
            if finding.fix:
                write(f"       → {finding.fix}")
    if packed:
        tell(f"Packed into {options.bundle}: {', '.join(packed)}. Have a look before you send it.")
    return 1 if report.verdict is Verdict.FAILED else 0
