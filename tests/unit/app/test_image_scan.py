"""What a scanner says is read with care, and kept."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from app.services.errors import ErrorCode
from app.services.images.scan.scan_failures import fetch_failed
from app.services.images.scan.scan_report import Package, ScanReport, Severity, read_report
from app.services.images.scan.scan_store import ScanStore
from app.services.images.scan.scanner_container import Output, container_body
from app.services.images.scan.scanner_image import SCANNER

IMAGE = "sha256:" + "a1" * 32


def report(results: Any, **more: Any) -> ScanReport:
    document = {"SchemaVersion": 2, "Results": results, **more}
    return read_report(document, image=IMAGE, name="app:1", scanned_at=1000.0, database_at=900.0)


def test_packages_of_the_system_and_of_languages() -> None:
    read = report(
        [
            {
                "Class": "os-pkgs",
                "Type": "debian",
                "Target": "image.tar (debian 12)",
                "Packages": [
                    {
                        "Name": "shadow",
                        "Version": "4.13",
                        "Release": "1",
                        "Epoch": 1,
                        "Licenses": ["GPL", "GPL", "BSD"],
                    }
                ],
            },
            {
                "Class": "lang-pkgs",
                "Type": "gobinary",
                "Target": "usr/bin/app",
                "Packages": [{"Name": "stdlib", "Version": "v1.22.0"}],
                "Vulnerabilities": [
                    {
                        "VulnerabilityID": "CVE-1",
                        "PkgName": "stdlib",
                        "Severity": "HIGH",
                        "PrimaryURL": "https://x/1",
                    }
                ],
            },
        ],
        Metadata={"OS": {"Family": "debian", "Name": "12", "EOSL": True}},
        Trivy={"Version": "0.75.0"},
    )
    assert read.packages == (
        Package(0, "shadow", "1:4.13-1", "debian", ("GPL", "BSD")),
        Package(1, "stdlib", "v1.22.0", "gobinary", (), "usr/bin/app"),
    )
    assert read.vulnerabilities[0].path == "usr/bin/app"
    assert read.counts[Severity.HIGH] == 1
    assert (read.system, read.is_system_ended, read.scanner) == ("debian 12", True, "0.75.0")


@pytest.mark.parametrize(
    "results",
    [
        None,
        "text",
        [None, 1, "x", []],
        [{"Packages": {"Name": "x"}, "Vulnerabilities": "CVE"}],
        [{"Type": 3, "Target": {}, "Packages": [None, {}, {"Name": ""}, {"Name": 5}]}],
        [{"Vulnerabilities": [None, {}, {"VulnerabilityID": None}]}],
    ],
)
def test_what_is_missing_or_of_another_type_is_left_out(results: Any) -> None:
    read = report(results)
    assert read.packages == ()
    assert read.vulnerabilities == ()


def test_a_hostile_vulnerability_is_text_alone() -> None:
    value = {
        "VulnerabilityID": "CVE-1",
        "Severity": "CATASTROPHIC",
        "PrimaryURL": "javascript:alert(1)",
        "FixedVersion": ["1"],
        "Title": "<img src=x>",
    }
    (found,) = report([{"Vulnerabilities": [value]}]).vulnerabilities
    assert found.severity is Severity.UNKNOWN
    assert found.url == ""
    assert found.fixed == ""
    assert found.title == "<img src=x>"


def test_the_last_scan_of_each_image_is_kept(tmp_path: Path) -> None:
    store = ScanStore(tmp_path / "scans")
    assert store.read(IMAGE) is None
    first = report([{"Packages": [{"Name": "a"}]}])
    store.keep(first)
    assert store.read(IMAGE) == first
    second = report([])
    store.keep(second)
    assert store.read(IMAGE) == second
    assert store.read("sha256:" + "b2" * 32) is None
    assert [path.name for path in (tmp_path / "scans").iterdir()] == ["a1" * 32 + ".json.gz"]


@pytest.mark.parametrize("id", ["../../etc/passwd", "sha256:xyz", ""])
def test_an_id_is_no_path(tmp_path: Path, id: str) -> None:
    store = ScanStore(tmp_path / "scans")
    store.keep(read_report({}, image=id, name="x", scanned_at=1.0))
    assert not (tmp_path / "scans").exists()
    assert store.read(id) is None


@pytest.mark.parametrize("damage", ["cut", "no gzip", "no json", "another format", "empty"])
def test_a_damaged_scan_counts_as_none(tmp_path: Path, damage: str) -> None:
    store = ScanStore(tmp_path)
    store.keep(report([]))
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[:-10],
            "no gzip": b"text",
            "no json": gzip.compress(b"{"),
            "another format": gzip.compress(json.dumps({"format": 9}).encode()),
            "empty": b"",
        }[damage]
    )
    assert store.read(IMAGE) is None


def test_the_oldest_scans_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.images.scan.scan_store._MOST", 2)
    store = ScanStore(tmp_path)
    ids = ["sha256:" + str(number) * 64 for number in range(3)]
    for number, id in enumerate(ids):
        store.keep(read_report({}, image=id, name="x", scanned_at=1.0))
        path = tmp_path / f"{id[7:]}.json.gz"
        if path.exists():
            os.utime(path, (number, number))
    assert [store.read(id) is not None for id in ids] == [False, True, True]


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        ("2026\tINFO\tgo\n2026\tFATAL\tFatal error\tno way:\n\t* dial tcp\n", "no way: * dial tcp"),
        ("sh: trivy: not found\n", "sh: trivy: not found"),
        ("", ""),
    ],
)
def test_the_reason_is_what_the_scanner_said_at_last(talk: str, reason: str) -> None:
    assert Output(b"", talk, "").reason == reason


@pytest.mark.parametrize(
    ("reason", "code", "advice"),
    [
        ("write /cache/db: no space left on device", ErrorCode.DISK_FULL, "Delete images"),
        (
            "x509: certificate signed by unknown authority",
            ErrorCode.PULL_TLS,
            "proxy whose certificate",
        ),
        ("TOOMANYREQUESTS: retry-after", ErrorCode.PULL_NO_NETWORK, "some minutes"),
        ("dial tcp: no such host", ErrorCode.PULL_NO_NETWORK, "Check the network"),
    ],
)
def test_what_keeps_the_database_away_is_told(reason: str, code: ErrorCode, advice: str) -> None:
    told = fetch_failed(reason)
    assert told.code is code
    assert told.details == reason
    assert advice in told.what_to_do


def test_the_scanner_is_named_by_its_digest_and_has_no_network() -> None:
    assert "@sha256:" in SCANNER
    body = container_body(SCANNER, "true", False, ())
    host = body["HostConfig"]
    assert host["NetworkMode"] == "none"
    assert host["CapDrop"] == ["ALL"]
    assert not any(mount["Type"] == "bind" for mount in host["Mounts"])
    assert host["Mounts"][0]["ReadOnly"]
