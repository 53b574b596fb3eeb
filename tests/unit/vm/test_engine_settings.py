"""What the engine is told of proxies, authorities and registries."""

import json
from pathlib import Path

import certifi
import pytest

from tests.support.tls_front import Authority
from vm.machine import engine_settings
from vm.machine.authorities import certificates_in
from vm.machine.engine_settings import EngineSettings, proxies
from vm.machine.machine_files import MachineFiles
from vm.machine.settings import MachineSettings
from vm.machine.settings_files import read_settings


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MachineFiles:
    """A machine on a system without proxies and authorities of its own."""
    monkeypatch.setattr(engine_settings, "LINUX_BUNDLES", ())
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return MachineFiles.find(tmp_path)


def write(files: MachineFiles, **settings: object) -> None:
    files.settings.write_text(json.dumps(settings))


def test_the_systems_proxies_count_and_those_on_loopback_are_seen_at_the_hosts_address() -> None:
    system = {"http": "http://user:pass@localhost:3128/", "https": "proxy.corp:8080", "no": "corp,10.0.0.0/8"}
    assert proxies(MachineSettings(1, 512), system) == {
        "http_proxy": "http://user:pass@10.0.2.2:3128/",
        "https_proxy": "http://proxy.corp:8080",
        "no_proxy": "corp,10.0.0.0/8",
    }
    assert proxies(
        MachineSettings(1, 512, http_proxy="", https_proxy="http://[::1]:1", no_proxy=""), system
    ) == {
        "http_proxy": "",
        "https_proxy": "http://10.0.2.2:1",
        "no_proxy": "",
    }
    assert proxies(MachineSettings(1, 512), {"http": "http://[bad"})["http_proxy"] == ""


def test_changed_settings_are_seen_and_bad_ones_leave_the_last(files: MachineFiles) -> None:
    settings = EngineSettings(files)
    first = settings.gather()
    assert first is not None
    assert (first["registry_mirrors"], first["certificates"], first["http_proxy"]) == ([], "", "")
    write(
        files,
        registry_mirrors=["https://mirror.test"],
        insecure_registries=["box:5000"],
        http_proxy="http://p:1",
        host_network_ports=False,
    )
    second = settings.gather()
    assert second is not None
    assert second["registry_mirrors"] == ["https://mirror.test"]
    assert (second["insecure_registries"], second["http_proxy"]) == (["box:5000"], "http://p:1")
    assert (first["host_network_ports"], second["host_network_ports"]) == (True, False)
    files.settings.write_text("{ half")
    assert settings.gather() == second
    write(files, registry_mirrors=["mirror.test"])
    assert settings.gather() == second


def test_authorities_come_from_the_settings_and_the_system_without_the_usual_ones(
    files: MachineFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Authority().write(tmp_path / "own", "x") / "ca.pem"
    company = (Authority().write(tmp_path / "company", "x") / "ca.pem").read_text()
    usual = Path(certifi.where()).read_text(encoding="utf-8")
    bundle = tmp_path / "bundle.crt"
    bundle.write_text(usual + company, encoding="utf-8")
    monkeypatch.setattr(engine_settings, "LINUX_BUNDLES", (str(bundle), str(tmp_path / "missing")))
    write(files, ca_certificates=[str(own)])
    told = EngineSettings(files).gather()
    assert told is not None
    assert certificates_in(told["certificates"]) == certificates_in(own.read_text() + company)


def test_a_file_of_certificates_that_is_gone_or_holds_none_takes_nothing_else_away(
    files: MachineFiles, tmp_path: Path
) -> None:
    own = Authority().write(tmp_path / "own", "x") / "ca.pem"
    der = tmp_path / "company.cer"
    der.write_bytes(certificates_in(own.read_text())[0])
    write(files, ca_certificates=["/nowhere.pem", __file__, str(der)], http_proxy="http://p:1")
    told = EngineSettings(files).gather()
    assert told is not None
    assert told["http_proxy"] == "http://p:1"
    assert certificates_in(told["certificates"]) == certificates_in(own.read_text())
    settings, warnings = read_settings(files)
    assert not warnings
    assert settings.warnings_about_certificates() == (
        "The certificates in /nowhere.pem are not used: there is no such file.",
        f"The certificates in {__file__} are not used: it holds no certificate.",
    )


def test_fixed_name_servers_hold_while_the_settings_do(files: MachineFiles) -> None:
    settings = EngineSettings(files)
    settings.gather()
    assert settings.name_servers() == []
    write(files, dns_servers=["192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:54"])
    settings.gather()
    assert settings.name_servers() == [
        ("192.0.2.1", 5353),
        ("2001:db8::1", 53),
        ("2001:db8::1", 54),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"http_proxy": "ftp://x"},
        {"https_proxy": "proxy"},
        {"no_proxy": 1},
        {"no_proxy": "a\nb"},
        {"registry_mirrors": ["x:5000"]},
        {"insecure_registries": ["http://x"]},
        {"ca_certificates": ["relative.pem"]},
        {"dns_servers": ["one.one.one.one"]},
        {"dns_servers": ["192.0.2.1:0"]},
        {"dns_servers": [f"192.0.2.{number}" for number in range(4)]},
        {"dns_servers": ["192.0.2.1:70000"]},
        {"dns_servers": ["2001:db8::1]:53"]},
    ],
)
def test_what_is_not_valid_is_not_told(files: MachineFiles, settings: dict[str, object]) -> None:
    write(files, **settings)
    assert EngineSettings(files).gather() is None
