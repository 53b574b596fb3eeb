"""A diagnosis of a machine that runs, and of one with a fault."""

import http.server
import json
import tarfile
import threading
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


class Proxy(http.server.BaseHTTPRequestHandler):
    """Lets pass who has the password, to one registry only."""

    def do_CONNECT(self) -> None:  # noqa: N802 - the base class looks for this name
        """Answer as proxies do, without carrying anything on."""
        knows = self.headers["Proxy-Authorization"] == "Basic dXNlcjp3b3Jk"
        self.send_response(407 if not knows else 200 if self.path == "registry.test:443" else 403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def test_registries_are_looked_for_behind_the_proxy_that_is_set(machine: MachineUnderTest) -> None:
    before = machine.files.settings.read_text()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever).start()

    def found(mirror: str, login: str) -> dict[str, Finding]:
        proxy = f"http://{login}@127.0.0.1:{server.server_port}"
        values = {"registry_mirrors": [mirror], "https_proxy": proxy, "no_proxy": ""}
        machine.files.settings.write_text(json.dumps(json.loads(before) | values))
        return {one.name: one for one in diagnose(machine.client, network=True).findings}

    try:
        good = found("https://registry.test", "user:word")
        assert (good["names"].verdict, good["proxy"].verdict) == (Verdict.SKIPPED, Verdict.OK)
        assert (good["registry"].verdict, good["registry"].details) == (
            Verdict.OK,
            "reached from the machine: registry.test",
        )
        assert "403" in found("https://other.test", "user:word")["registry"].details
        refused = found("https://registry.test", "user:wrong")["registry"]
        assert refused.verdict is Verdict.FAILED
        assert "407" in refused.details
        server.shutdown()
        server.server_close()
        away = found("https://registry.test", "user:word")
        assert (away["proxy"].verdict, away["registry"].verdict) == (Verdict.FAILED, Verdict.FAILED)
        assert f"10.0.2.2:{server.server_port}" in away["proxy"].details
        assert "word" not in away["proxy"].details + away["registry"].details
    finally:
        server.shutdown()
        machine.files.settings.write_text(before)
        wait_until(lambda: json.loads(machine.get("/info")[1])["HttpsProxy"] == "", "the proxy is taken back")
