"""A diagnosis of a machine that runs, and of one with a fault."""

import json
import tarfile
from pathlib import Path

import docker

from tests.machine.machine_under_test import MachineUnderTest, wait_until
from vm.diagnosis.bundle import write_bundle
from vm.diagnosis.checks import diagnose
from vm.diagnosis.report import Finding, Report, Verdict


def look(machine: MachineUnderTest) -> dict[str, Finding]:
    return {finding.name: finding for finding in diagnose(machine.client).findings}


def test_all_hops_of_a_good_machine_are_good(machine: MachineUnderTest, tmp_path: Path) -> None:
    reports: list[Report] = []

    def is_good() -> bool:
        reports.append(diagnose(machine.client))
        findings = reports[-1].findings
        return all(found.verdict not in (Verdict.FAILED, Verdict.SKIPPED) for found in findings)

    wait_until(is_good, "a good machine")  # one that stood still for seconds has a fault in one look
    report = reports[-1]
    found = {finding.name: finding for finding in report.findings}
    assert str(machine.shared) in found["shares"].details
    client = docker.DockerClient(base_url=f"unix://{machine.docker_socket}", timeout=120)
    client.volumes.create("of-a-customer", labels={"secret": "x"})
    client.close()
    names = write_bundle(machine.client, report, tmp_path / "bundle.tar.gz")
    assert {"version.json", "info.json", "disk-usage.json", "qemu.json", "console.log"} <= set(names)
    with tarfile.open(tmp_path / "bundle.tar.gz") as archive:
        usage = archive.extractfile("marina-diagnosis/disk-usage.json")
        assert usage is not None
        text = usage.read().decode()
    assert "of-a-customer" not in text
    assert json.loads(text)["Volumes"]


def test_a_fault_is_found_where_it_is(machine: MachineUnderTest) -> None:
    machine.run("kill -STOP $(pidof python3)")
    try:
        found = look(machine)
        assert found["tunnel"].verdict is Verdict.OK
        assert found["engine"].verdict is Verdict.FAILED
        assert found["engine"].fix
        assert found["clock"].verdict is Verdict.OK
    finally:
        machine.run("kill -CONT $(pidof python3)")
