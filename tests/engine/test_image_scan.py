"""The desktop looks into images with the real scanner, in a container of the engine as it ships."""

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from app.cli import main
from app.commands import scan
from app.services.containers.run_options import RunOptions
from app.services.engine.engine_client import EngineClient
from app.services.errors import CancelledError, ErrorCode, UserError
from app.services.images.scan.image_scan import ScanJob, ScanProgress, Step
from app.services.images.scan.scan_report import ScanReport, Severity
from app.services.images.scan.scan_store import ScanStore
from app.services.images.scan.scanner import ListFormat, Scanner, ScannerState
from app.services.images.scan.scanner_container import CACHE, VOLUME, ScannerContainer, finish
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry, started_registry
from tests.support.scanner_image import (
    DATABASE_PORT,
    PACKAGES,
    PROGRAM,
    SCANNER,
    database_artifact,
    debian_archive,
    load,
    scanner_archive,
    write_database,
)
from tests.support.test_images import Entry, build_image, busybox_layer, layer_tar
from tests.support.tls_front import Authority

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="there is no scanner for this processor")
DEBIAN = "marina-test/debian:1"


@pytest.fixture(scope="module")
def client(engine: NativeEngine) -> Iterator[EngineClient]:
    """The desktop's client, of an engine with the scanner's image and one to be scanned."""
    with EngineClient(engine.socket) as made:
        load(made, scanner_archive())
        load(made, debian_archive(DEBIAN))
        yield made
        made.remove_image(SCANNER)
        made.remove_image(DEBIAN)


@pytest.fixture
def scanner(client: EngineClient, tmp_path: Path) -> Iterator[Scanner]:
    """A scanner that has found nothing yet, and has no database."""
    yield Scanner(client, ScanStore(tmp_path / "scans"), SCANNER)
    if any(volume.name == VOLUME for volume in client.list_volumes()):
        client.remove_volume(VOLUME)


def report_of(job: ScanJob) -> ScanReport:
    """Drive a scan to its end."""
    with job:
        *_, report = job
    assert isinstance(report, ScanReport)
    return report


def test_packages_and_vulnerabilities(client: EngineClient, scanner: Scanner, tmp_path: Path) -> None:
    assert scanner.state() == ScannerState(True)
    write_database(client, tmp_path)
    state = scanner.state()
    assert state.is_ready
    assert not state.is_old
    with ScanJob(scanner, DEBIAN) as job:
        *steps, report = job
    assert isinstance(report, ScanReport)
    told = [step.step for step in steps if isinstance(step, ScanProgress)]
    assert list(dict.fromkeys(told)) == [Step.READ_IMAGE, Step.EXAMINE]
    assert sorted(package.name for package in report.packages) == sorted(PACKAGES)
    bash = next(package for package in report.packages if package.name == "bash")
    assert bash.kind == "debian"
    assert any(licence.startswith("GPL") for licence in bash.licences)
    assert [(found.id, found.severity, found.package, found.fixed) for found in report.vulnerabilities] == [
        ("CVE-2099-0001", Severity.CRITICAL, "bash", "99.0-1"),
        ("CVE-2099-0002", Severity.LOW, "coreutils", ""),
    ]
    assert report.vulnerabilities[0].installed == bash.version
    assert report.name == DEBIAN
    assert report.database_at == state.database_at
    assert not report.without_java
    assert scanner.store.read(report.image) == report
    assert report.image == client.inspect_image(DEBIAN).id


def test_the_list_is_saved_in_both_formats(scanner: Scanner) -> None:
    report = report_of(ScanJob(scanner, DEBIAN, vulnerabilities=False))  # it needs no database
    assert report.without_java
    assert not report.has_vulnerabilities
    assert not report.vulnerabilities
    cyclonedx = json.loads(scanner.make_list(report, ListFormat.CYCLONEDX))
    assert cyclonedx["bomFormat"] == "CycloneDX"
    assert cyclonedx["metadata"]["component"]["name"] == DEBIAN
    names = {part["name"] for part in cyclonedx["components"] if part["type"] == "library"}
    assert names == set(PACKAGES)
    spdx = json.loads(scanner.make_list(report, ListFormat.SPDX))
    assert spdx["spdxVersion"].startswith("SPDX-2")
    assert spdx["name"] == DEBIAN
    assert set(PACKAGES) <= {part["name"] for part in spdx["packages"]}


def test_an_old_database_is_told_and_used(client: EngineClient, scanner: Scanner, tmp_path: Path) -> None:
    write_database(client, tmp_path, timedelta(days=9))
    assert scanner.state().is_old
    assert len(report_of(ScanJob(scanner, DEBIAN)).vulnerabilities) == 2
    with (
        pytest.raises(UserError, match="could not be fetched") as failed,
        ScanJob(scanner, DEBIAN, fetches=True) as job,
    ):
        list(job)  # nobody is there to give one
    assert failed.value.code is ErrorCode.PULL_NO_NETWORK
    assert "connection refused" in failed.value.details
    assert len(report_of(ScanJob(scanner, DEBIAN)).vulnerabilities) == 2, "the old one is still there"


def test_the_database_is_fetched(netns: str, scanner: Scanner, tmp_path: Path) -> None:
    with started_registry(netns, tmp_path, DATABASE_PORT, listens_on="0.0.0.0") as registry:
        registry.push("trivy-db", "2", database_artifact(tmp_path / "db"))
        with ScanJob(scanner, DEBIAN, fetches=True) as job:
            *steps, report = job
    assert isinstance(report, ScanReport)
    assert len(report.vulnerabilities) == 2
    assert steps[0] == ScanProgress(Step.FETCH_DATABASE)
    assert scanner.state().is_ready
    assert not scanner.state().is_old


def test_the_database_is_fetched_through_who_has_a_private_authority(
    netns: str,
    client: EngineClient,
    scanner: Scanner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As through a proxy that opens connections: its authority is in the engine's settings alone."""
    strict = "marina-test/trivy:strict"
    container = client.create_container(RunOptions(SCANNER, command=("true",)))
    repository, _, tag = strict.partition(":")
    query = {"container": container, "repo": repository, "tag": tag, "changes": "ENV TRIVY_INSECURE=false"}
    client.request("POST", "/commit", query, {})
    client.remove_container(container)
    folder = Authority().write(tmp_path / "keys", "registry")
    try:
        with started_registry(
            netns, tmp_path, DATABASE_PORT, listens_on="0.0.0.0", certificates=folder
        ) as registry:
            registry.push("trivy-db", "2", database_artifact(tmp_path / "db"))
            asking = Scanner(client, scanner.store, strict)
            with (
                pytest.raises(UserError, match="could not be fetched") as failed,
                ScanJob(asking, DEBIAN, fetches=True) as job,
            ):
                list(job)
            assert failed.value.code is ErrorCode.PULL_TLS
            assert "x509" in failed.value.details
            monkeypatch.setattr(client, "authorities", (folder / "ca.pem").read_text)
            assert len(report_of(ScanJob(asking, DEBIAN, fetches=True)).vulnerabilities) == 2
    finally:
        client.remove_image(strict)


def test_java_archives_without_their_index(client: EngineClient, scanner: Scanner, tmp_path: Path) -> None:
    write_database(client, tmp_path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Implementation-Title: app\n")
    load(client, debian_archive("marina-test/java:1", [Entry("app.jar", packed.getvalue())]))
    report = report_of(ScanJob(scanner, "marina-test/java:1"))
    assert report.without_java
    assert len(report.vulnerabilities) == 2
    assert sorted(package.name for package in report.packages) == sorted(PACKAGES)
    client.remove_image("marina-test/java:1")


def test_nothing_is_fetched_unasked(
    engine: NativeEngine, registry: Registry, client: EngineClient, tmp_path: Path
) -> None:
    image = build_image([busybox_layer(), layer_tar([Entry("no-scanner", b"x")])])
    registry.push("marina-test/pinned", "1", image)
    pinned = f"marina-test/pinned@{image.digest}"
    scanner = Scanner(client, ScanStore(tmp_path), pinned)
    assert scanner.state() == ScannerState(False)
    with pytest.raises(UserError, match="not on this engine"), ScanJob(scanner, DEBIAN) as job:
        list(job)
    assert not client.has_image(pinned)
    with (
        pytest.raises(UserError, match="could not be fetched") as failed,
        ScanJob(scanner, DEBIAN, fetches=True) as job,
    ):
        list(job)
    assert "trivy: not found" in failed.value.details
    assert client.has_image(pinned), "it was pulled by its digest"
    client.remove_image(pinned)
    client.remove_volume(VOLUME)


def test_both_commands(
    engine: NativeEngine,
    client: EngineClient,
    scanner: Scanner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del scanner  # it cleans up
    monkeypatch.setenv("MARINA_HOME", str(tmp_path))
    monkeypatch.setattr(scan, "Scanner", partial(Scanner, scanner=SCANNER))
    command = ["--socket", str(engine.socket)]
    assert main([*command, "scan", DEBIAN]) == 1
    assert "marina scan --fetch IMAGE" in capsys.readouterr().err
    write_database(client, tmp_path)
    assert main([*command, "scan", DEBIAN]) == 0
    told = capsys.readouterr()
    assert [line.split()[0] for line in told.out.splitlines()] == ["SEVERITY", "critical", "low"]
    assert f"1 critical, 1 low in {len(PACKAGES)} packages of {DEBIAN}" in told.err
    assert main([*command, "scan", "--json", DEBIAN]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["counts"]["critical"] == 1
    assert values["vulnerabilities"][0]["fixed"] == "99.0-1"
    assert main([*command, "sbom", DEBIAN]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(PACKAGES)
    target = tmp_path / "list.json"
    assert main([*command, "sbom", "-o", str(target), DEBIAN]) == 0
    assert json.loads(target.read_text())["bomFormat"] == "CycloneDX"


def test_the_scanner_can_do_nothing_else(client: EngineClient, scanner: Scanner) -> None:
    script = f"ls /sys/class/net; touch /x {CACHE}/x; grep -i cape /proc/self/status; {finish()}"
    with ScannerContainer(client, SCANNER, script) as container:
        assert list(container.send([])) == []
        told = container.read()
    lines = told.output.decode().split()
    assert lines == ["lo", "CapEff:", "0000000000000000"]
    assert told.talk.count("Read-only file system") == 2


def test_a_scan_is_cancelled_at_any_time(client: EngineClient, scanner: Scanner) -> None:
    def cancel_at(job: ScanJob, step: Step) -> None:
        for progress in job:
            if isinstance(progress, ScanProgress) and progress.step is step:
                threading.Thread(target=job.cancel).start()

    for step in Step.READ_IMAGE, Step.EXAMINE:
        with ScanJob(scanner, DEBIAN, vulnerabilities=False) as job, pytest.raises(CancelledError):
            cancel_at(job, step)
    assert not client.list_containers()
