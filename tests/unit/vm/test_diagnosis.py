"""A diagnosis of a machine that does not run, and what a bundle must not hold."""

import json
import os
import shutil
import socket
import stat
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.support.short_folder import short_folder
from vm.client import MachineClient
from vm.diagnosis.bundle import write_bundle
from vm.diagnosis.checks import _docker_host, _settings, diagnose
from vm.diagnosis.port_check import look_at_ports
from vm.diagnosis.redaction import redact
from vm.diagnosis.report import Finding, Report, Verdict
from vm.diagnosis.situation import Outcome, Situation
from vm.errors import UserError
from vm.machine import managed_settings
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.installing import install_command
from vm.machine.status import MachineState, MachineStatus, PublishedPort


@pytest.fixture
def client() -> Iterator[MachineClient]:
    with short_folder("marina-") as folder:
        yield MachineClient(MachineFiles.find(folder))


def by_name(report: Report) -> dict[str, Finding]:
    return {finding.name: finding for finding in report.findings}


def test_without_a_machine_what_needs_one_is_skipped(client: MachineClient) -> None:
    found = by_name(diagnose(client))
    assert {name for name, finding in found.items() if finding.verdict is Verdict.SKIPPED} == {
        "qemu", "tunnel", "engine", "clock", "ports", "shares", "ssh-agent"
    }  # fmt: skip
    assert found["supervisor"].verdict is Verdict.OK
    assert found["disk"].verdict is Verdict.OK
    assert "registry" not in found, "asked for only when wanted"


def test_what_is_wrong_is_named_with_what_to_do(
    client: MachineClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARINA_IMAGE_DIR", str(tmp_path))
    client.files.settings.write_text('{"cpus": 0}')
    client.files.data_disk.write_bytes(b"")
    report = diagnose(client)
    found = by_name(report)
    assert report.verdict is Verdict.FAILED
    assert (found["image"].verdict, found["disk"].verdict) == (Verdict.FAILED,) * 2
    assert found["settings"].verdict is Verdict.WARNING
    assert "cpus" in found["settings"].details
    assert all(finding.fix for finding in report.findings if finding.verdict is Verdict.FAILED)


def test_a_published_port_at_which_nobody_listens_is_named(client: MachineClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        ports = [("tcp", tcp.getsockname()[1]), ("udp", udp.getsockname()[1])]
        published = tuple(PublishedPort("web", protocol, "", port, 80) for protocol, port in ports)
        status = MachineStatus(
            MachineState.RUNNING, qemu_pid=os.getpid(), supervisor_pid=os.getpid(), ports=published
        )
        situation = Situation(client, {}, status)
        assert look_at_ports(situation)[0] is Verdict.OK
        assert look_at_ports(Situation(client, {}, replace(status, ports=())))[0] is Verdict.OK
    verdict, details, what_to_do = look_at_ports(situation)
    assert verdict is Verdict.FAILED
    assert all(f"{port}/{protocol}" in details for protocol, port in ports)
    assert "marina restart" in what_to_do


def test_a_computer_without_qemu_is_told_how_to_get_it(
    client: MachineClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dnf").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = by_name(diagnose(client))["programs"]
    assert (found.verdict, found.fix) == (
        Verdict.FAILED,
        "Install it, then try again: sudo dnf install qemu-kvm qemu-img",
    )


@pytest.mark.parametrize(
    ("platform", "installer", "command"),
    [
        ("linux", "apt-get", "sudo apt install qemu-system-x86 qemu-utils"),
        ("linux", "pacman", "sudo pacman -S qemu-base"),
        ("linux", "", "qemu-system and qemu-img, from the packages of your system"),
        ("darwin", "", "brew install qemu"),
        ("win32", "", "winget install SoftwareFreedomConservancy.QEMU"),
    ],
)
def test_the_command_fits_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, installer: str, command: str
) -> None:
    if installer:
        (tmp_path / installer).touch(mode=0o755)
    monkeypatch.setattr(shutil, "which", partial(shutil.which, path=str(tmp_path)))
    monkeypatch.setattr(sys, "platform", platform)
    assert install_command().replace("-system-arm ", "-system-x86 ") == command


def test_what_an_administrator_has_fixed_is_told_and_is_theirs_to_mend(
    client: MachineClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "fixed.json"
    monkeypatch.setattr(managed_settings, "USUAL_PLACE", str(place))
    monkeypatch.setattr(managed_settings, "check_owner", lambda found: None)
    place.write_text('{"by": "Example Corp", "machine": {"idle_minutes": 0, "shared_folders": []}}')
    verdict, details, _ = _settings(Situation(client, {}))
    assert verdict is Verdict.OK
    assert f"idle_minutes, shared_folders: fixed in {place} by Example Corp" in details
    place.write_text('{"machine": {"cpus": 0, "shared_folders": []}}')
    verdict, details, what_to_do = _settings(Situation(client, {}))
    assert verdict is Verdict.WARNING
    assert "The setting cpus" in details
    assert what_to_do == "Tell whoever looks after this computer."
    client.files.settings.write_text('{"cpus": 0}')
    assert _settings(Situation(client, {}))[2] == f"Correct {client.files.settings}."


def test_another_engine_in_docker_host_is_noticed(client: MachineClient) -> None:
    def look(value: str) -> Outcome:
        return _docker_host(Situation(client, {"DOCKER_HOST": value}))

    assert look("tcp://elsewhere:2375")[0] is Verdict.WARNING
    assert look(f"unix://{client.files.docker_socket}")[0] is Verdict.OK


SECRETS = (
    "https://user:{}@mirror.example/v2/",
    "Authorization: Bearer {}",
    "X-Registry-Auth: {}",
    '{{"password": "{}"}}',
    '"identitytoken": "{}",',
    "POSTGRES_PASSWORD={}",
    'ARBITRARY_NAME="{}"',
    "--token={}",
    "api_key: {}",
    "GET / eyJhbGciOi.{}.c2lnbmF0dXJl",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----",
)


@pytest.mark.parametrize("text", SECRETS)
def test_no_secret_stays(text: str) -> None:
    assert "hunter2Secret" not in redact(text.format("hunter2Secret"))
    assert "hunter2Secret" not in redact(f"before {text.format('hunter2Secret')} after")


def test_what_helps_stays() -> None:
    line = "2026-01-02 03:04:05,678 WARNING vm.machine.link.ssh_tunnel: redial failed: port 4321 of 127.0.0.1"
    assert redact(line) == line
    assert redact("open /home/anna/x: no such file", Path("/home/anna")) == "open ~/x: no such file"
    assert redact("open /home/annabel/x", Path("/home/anna")) == "open /home/annabel/x"


def test_a_bundle_holds_the_evidence_for_the_user_alone(client: MachineClient, tmp_path: Path) -> None:
    client.files.create_folders()
    client.files.settings.write_text('{"registry_mirrors": ["https://u:hunter2@m"]}')
    client.files.console_log.write_bytes(b"\xff boot TOKEN=hunter2\n" + b"x" * 3 * 2**20 + b"\nthe end")
    target = tmp_path / "bundle.tar.gz"
    names = write_bundle(client, diagnose(client), target)
    assert {"diagnosis.json", "status.json", "system.json", "machine.json", "console.log"} <= set(names)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with tarfile.open(target) as archive:
        parts = {Path(name).name: archive.extractfile(name) for name in archive.getnames()}
        texts = {name: file.read().decode() for name, file in parts.items() if file is not None}
    assert not [name for name, text in texts.items() if "hunter2" in text]
    assert texts["console.log"].endswith("the end")
    assert len(texts["console.log"]) <= 2**20 + 10
    assert json.loads(texts["diagnosis.json"])["findings"]
    with pytest.raises(UserError, match="there already"):
        write_bundle(client, diagnose(client), target)
