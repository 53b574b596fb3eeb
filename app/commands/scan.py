"""The commands `scan` and `sbom`: what is known to be wrong with an image, and what is in it."""

import argparse
import signal
import sys
import time
from pathlib import Path

from app.commands.console import format_age, tell, write_json, write_table
from app.commands.session import Session
from app.services.app_folders import AppFolders
from app.services.errors import CancelledError
from app.services.images.scan.image_scan import ScanJob, Step
from app.services.images.scan.scan_report import ScanReport
from app.services.images.scan.scan_store import ScanStore
from app.services.images.scan.scanner import ListFormat, Scanner, write_list

_STEPS = {
    Step.FETCH_SCANNER: "Fetching the scanner…",
    Step.FETCH_DATABASE: "Fetching the list of vulnerabilities…",
    Step.FETCH_JAVA: "Fetching the index of Java archives…",
    Step.READ_IMAGE: "Reading the image…",
    Step.EXAMINE: "Looking for packages…",
}


def scan(options: argparse.Namespace) -> int:
    """Look for known vulnerabilities."""
    with Session(options).engine(start=True) as client:
        scanner = Scanner(client, ScanStore(AppFolders.find().scans))
        job = ScanJob(scanner, options.image, fetches=options.fetch or options.java, java=options.java)
        report = _run(job, options.quiet or options.json)
        is_old = scanner.state().is_old
    found = sorted(report.vulnerabilities, key=lambda row: (row.severity.rank, row.package, row.id))
    if options.json:
        write_json(report_values(report) | {"vulnerabilities": found})
        return 0
    rows = [(row.severity.value, row.package, row.installed, row.fixed or "—", row.id) for row in found]
    if rows:
        write_table(("SEVERITY", "PACKAGE", "INSTALLED", "FIXED IN", "VULNERABILITY"), rows)
    _tell_remarks(report, is_old)
    return 0


def sbom(options: argparse.Namespace) -> int:
    """List the packages; from what was found before, if the image was scanned before."""
    document = b""
    with Session(options).engine(start=True) as client:
        scanner = Scanner(client, ScanStore(AppFolders.find().scans))
        report = scanner.store.read(client.inspect_image(options.image).id)
        if report is None:
            job = ScanJob(scanner, options.image, fetches=options.fetch, vulnerabilities=False)
            report = _run(job, options.quiet or options.json)
        if options.format or options.output:
            document = scanner.make_list(report, ListFormat(options.format or ListFormat.CYCLONEDX))
    if options.output:
        write_list(document, Path(options.output))
    elif options.format:
        sys.stdout.write(document.decode(errors="replace"))
    elif options.json:
        write_json(report_values(report) | {"packages": report.packages})
    else:
        rows = [(row.name, row.version, row.kind, ", ".join(row.licences)) for row in report.packages]
        write_table(("PACKAGE", "VERSION", "KIND", "LICENCES"), rows)
        if report.without_java:
            tell("Java archives were not looked at.")
    return 0


def report_values(report: ScanReport) -> dict[str, object]:
    """Return what is said of a report beside its rows, for scripts."""
    return {
        "image": report.image,
        "name": report.name,
        "system": report.system,
        "system_is_supported": not report.is_system_ended,
        "scanned_at": report.scanned_at,
        "database_at": report.database_at,
        "java_was_looked_at": not report.without_java,
        "counts": {severity.value: count for severity, count in report.counts.items()},
    }


def _run(job: ScanJob, quiet: bool) -> ScanReport:
    """Drive a scan, and tell its steps; Ctrl+C ends it in good order."""
    before = signal.signal(signal.SIGINT, lambda *_: job.cancel())
    told: Step | None = None
    try:
        with job:
            for made in job:
                if isinstance(made, ScanReport):
                    return made
                if made.step is not told and not quiet:
                    told = made.step
                    tell(_STEPS[told])
    except CancelledError as error:
        raise KeyboardInterrupt from error
    finally:
        signal.signal(signal.SIGINT, before)
    raise AssertionError("a scan ends with its report")


def _tell_remarks(report: ScanReport, is_old: bool) -> None:
    counts = [f"{count} {severity.value}" for severity, count in report.counts.items() if count]
    tell(
        f"{', '.join(counts) or 'No known vulnerability'} in {len(report.packages)} packages of {report.name}"
    )
    age = format_age(report.database_at, time.time())
    tell(f"The list of vulnerabilities was made {age}.")
    if is_old:
        tell("There is a newer one: marina scan --fetch IMAGE")
    if report.is_system_ended:
        tell(f"{report.system} gets no security updates any more.")
    if report.without_java:
        tell("Java archives were not looked at, as their index is not here: marina scan --java IMAGE (1 GB)")
