"""The scanner's image on the fake engine, as far as Marina speaks with it: it says what it is told to say."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from app.services.images.scan.scanner_container import CACHE
from app.services.images.scan.scanner_image import SCANNER
from tests.fakes.fake_programs import STDERR, STDOUT
from tests.fakes.fake_state import FakeContainer

_METADATA = f"{CACHE}/db/metadata.json"
_DONE = b"marina-scan-done:%s\n"
_KINDS = ("download-java-db", "download-db", "convert", "image.tar")
_DAY = 86400.0


class FakeScanner:
    """What the scanner's containers do; `report` is what it finds in any image."""

    name = SCANNER

    def __init__(self) -> None:
        self.files: dict[str, bytes | None] = {}
        self.report: dict[str, Any] = {"SchemaVersion": 2, "Results": []}
        self.without_java = False
        self.fetch_failure = ""
        self.scan_failure = ""
        self.may_end = threading.Event()
        """Clear it to hold what runs where it is."""
        self.may_end.set()
        self.ran: list[str] = []

    def make_database(self, age_days: float = 0.0) -> None:
        """Have a list of vulnerabilities that was made some days ago."""
        made = time.time() - age_days * _DAY
        words = {
            name: time.strftime("%Y-%m-%dT%H:%M:%S.123456789Z", time.gmtime(moment))
            for name, moment in (("UpdatedAt", made), ("NextUpdate", made + _DAY))
        }
        self.files[_METADATA] = json.dumps({"Version": 2} | words).encode()

    def run(self, container: FakeContainer, stopped: Callable[[], bool]) -> int:
        """Do what the script asks for."""
        script = container.command[-1]
        kind = next(
            word for word in ("download-java-db", "download-db", "convert", "image.tar") if word in script
        )
        self.ran.append(kind)
        while container.stdin.get() is not None and not stopped():
            pass
        while not self.may_end.wait(0.01):
            if stopped():
                return 137
        failure = self.scan_failure if kind == "image.tar" else self.fetch_failure
        if failure and kind != "convert":
            container.write(STDERR, f"2026-11-26T22:00:00Z\tFATAL\tFatal error\t{failure}\n".encode())
            return 0
        if kind == "download-db":
            self.make_database()
        elif kind == "convert":
            container.write(STDOUT, json.dumps({"bomFormat": "CycloneDX"}).encode())
        elif kind == "image.tar":
            container.write(STDOUT, json.dumps(self.report).encode())
        container.write(STDERR, _DONE % (b"without-java" if self.without_java else b"whole"))
        return 0


def some_report() -> dict[str, Any]:
    """Return what a scan of a usual image finds."""
    wrong = [
        (
            "CVE-2026-1001",
            "libssl3t64",
            "3.5.1-1",
            "3.5.1-1+deb13u2",
            "CRITICAL",
            "openssl: a buffer overflow",
        ),
        ("CVE-2026-1002", "libc6", "2.41-12", "2.41-12+deb13u1", "HIGH", "glibc: a stack is overrun"),
        ("CVE-2026-1003", "perl-base", "5.40.1-6", "", "HIGH", "perl: archives write outside their folder"),
        ("CVE-2026-1004", "zlib1g", "1:1.3.dfsg-3", "", "MEDIUM", "zlib: <b>integer</b> overflow in minizip"),
        ("CVE-2011-3374", "apt", "3.0.3", "", "LOW", "apt: keys are not checked by apt-key"),
    ]
    packages = [
        ("apt", "3.0.3", "", ["GPL-2.0-or-later"]),
        ("bash", "5.2.37", "2", ["GPL-3.0-or-later", "GFDL-1.3-only"]),
        ("libc6", "2.41", "12", ["LGPL-2.1-or-later", "GPL-2.0-or-later"]),
        ("libssl3t64", "3.5.1", "1", ["Apache-2.0"]),
        ("perl-base", "5.40.1", "6", ["Artistic-2.0", "GPL-1.0-or-later"]),
        ("zlib1g", "1:1.3.dfsg", "3", ["Zlib"]),
    ]
    return {
        "SchemaVersion": 2,
        "Trivy": {"Version": "0.75.0"},
        "Metadata": {"OS": {"Family": "debian", "Name": "13.2"}},
        "Results": [
            {
                "Class": "os-pkgs",
                "Type": "debian",
                "Target": "image.tar (debian 13.2)",
                "Packages": [
                    {"Name": name, "Version": version, "Release": release, "Licenses": licences}
                    for name, version, release, licences in packages
                ],
                "Vulnerabilities": [
                    {
                        "VulnerabilityID": id,
                        "PkgName": package,
                        "InstalledVersion": installed,
                        "FixedVersion": fixed,
                        "Severity": severity,
                        "Title": title,
                        "PrimaryURL": f"https://avd.aquasec.com/nvd/{id.lower()}",
                    }
                    for id, package, installed, fixed, severity, title in wrong
                ],
            },
            {
                "Class": "lang-pkgs",
                "Type": "python-pkg",
                "Target": "Python",
                "Packages": [
                    {
                        "Name": "requests",
                        "Version": "2.32.5",
                        "Licenses": ["Apache-2.0"],
                        "FilePath": "usr/lib/python3/dist-packages/requests-2.32.5.dist-info/METADATA",
                    }
                ],
            },
        ],
    }
