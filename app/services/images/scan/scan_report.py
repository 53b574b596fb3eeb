"""What a scanner found in an image: the packages, and what is known to be wrong with them.

Source: Trivy's JSON report, schema version 2 (https://trivy.dev; its `pkg/types/report.go`). It comes from
the image's own files, so any of it may be missing, of another type, or written to mislead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.services.engine.json_values import (
    as_object,
    get_flag,
    get_list,
    get_number,
    get_object,
    get_text,
    get_texts,
)

_PACKAGES, _VULNERABILITIES = "Packages", "Vulnerabilities"


class Severity(StrEnum):
    """How bad a vulnerability is, in the words of who described it; the worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """Return a number to sort by, 0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the image; `kind` is the scanner's word for who manages it, `path` where it was found."""

    number: int
    name: str
    version: str
    kind: str
    licences: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A known flaw of a package. `fixed` is "" where no version is without it, `url` a web address or ""."""

    number: int
    id: str
    severity: Severity
    package: str
    installed: str
    fixed: str = ""
    title: str = ""
    url: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class ScanReport:
    """One scan. Times are in Unix seconds; `database_at` is 0 when only packages were looked for.

    `document` is what the scanner wrote: lists in other formats are made from it. `without_java` says that
    Java archives were not looked at: they are known by an index, which is large.
    """

    image: str
    name: str
    scanned_at: float
    database_at: float = 0.0
    without_java: bool = False
    scanner: str = ""
    system: str = ""
    is_system_ended: bool = False
    packages: tuple[Package, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def has_vulnerabilities(self) -> bool:
        """Return whether vulnerabilities were looked for at all."""
        return self.database_at > 0

    @property
    def counts(self) -> dict[Severity, int]:
        """Return how many vulnerabilities there are of each severity, zeros too."""
        found = dict.fromkeys(Severity, 0)
        for vulnerability in self.vulnerabilities:
            found[vulnerability.severity] += 1
        return found


def read_report(
    document: Mapping[str, Any],
    *,
    image: str,
    name: str,
    scanned_at: float,
    database_at: float = 0.0,
    without_java: bool = False,
) -> ScanReport:
    """Make a report of what the scanner wrote about the image with the id `image`."""
    packages: list[Package] = []
    vulnerabilities: list[Vulnerability] = []
    for result in map(as_object, get_list(document, "Results")):
        kind, target = get_text(result, "Type"), get_text(result, "Target")
        is_of_system = get_text(result, "Class") == "os-pkgs"  # the target of those is the image itself
        place = "" if is_of_system else target
        for value in map(as_object, get_list(result, _PACKAGES)):
            if package := _read_package(len(packages), value, kind, place):
                packages.append(package)
        for value in map(as_object, get_list(result, _VULNERABILITIES)):
            if vulnerability := _read_vulnerability(len(vulnerabilities), value, place):
                vulnerabilities.append(vulnerability)
    system = get_object(get_object(document, "Metadata"), "OS")
    return ScanReport(
        image=image,
        name=name,
        scanned_at=scanned_at,
        database_at=database_at,
        without_java=without_java,
        scanner=get_text(get_object(document, "Trivy"), "Version"),
        system=" ".join(filter(None, (get_text(system, "Family"), get_text(system, "Name")))),
        is_system_ended=get_flag(system, "EOSL"),
        packages=tuple(packages),
        vulnerabilities=tuple(vulnerabilities),
        document=document,
    )


def _read_package(number: int, value: Mapping[str, Any], kind: str, place: str) -> Package | None:
    if not (name := get_text(value, "Name")):
        return None
    licences = tuple(dict.fromkeys(get_texts(value, "Licenses")))
    return Package(number, name, _whole_version(value), kind, licences, get_text(value, "FilePath") or place)


def _whole_version(value: Mapping[str, Any]) -> str:
    """Return the version as the package's own manager writes it: EPOCH:VERSION-RELEASE."""
    version, epoch, release = (
        get_text(value, "Version"),
        get_number(value, "Epoch"),
        get_text(value, "Release"),
    )
    if version and epoch:
        version = f"{epoch}:{version}"
    return f"{version}-{release}" if version and release else version


def _read_vulnerability(number: int, value: Mapping[str, Any], place: str) -> Vulnerability | None:
    if not (id := get_text(value, "VulnerabilityID")):
        return None
    severity = get_text(value, "Severity").lower()
    url = get_text(value, "PrimaryURL")
    return Vulnerability(
        number,
        id,
        Severity(severity) if severity in list(Severity) else Severity.UNKNOWN,
        get_text(value, "PkgName"),
        get_text(value, "InstalledVersion"),
        get_text(value, "FixedVersion"),
        get_text(value, "Title"),
        url if url.startswith(("https://", "http://")) else "",
        get_text(value, "PkgPath") or place,
    )
