"""What the engine is told as it runs: proxies, authorities, registries, options; of settings and system."""

import logging
import ssl
import sys
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import certifi

from vm.errors import UserError
from vm.machine.authorities import certificates_in, read_certificates
from vm.machine.json_files import read_json
from vm.machine.link.server_address import parse_server
from vm.machine.machine_files import MachineFiles
from vm.machine.managed_settings import read_managed
from vm.machine.settings import SYSTEM, MachineSettings, parse_settings
from vm.machine.settings_files import with_managed

log = logging.getLogger(__name__)

HOST_ADDRESS = "10.0.2.2"
"""Where the guest finds what listens on the host's loopback."""

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
MOST_CERTIFICATE_BYTES = 500_000
"""The engine reads lines of up to 1 MiB."""

LINUX_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
)


class EngineSettings:
    """Gathers the settings anew whenever asked; settings that are not valid leave the last ones in force."""

    def __init__(self, files: MachineFiles) -> None:
        self._files = files
        self._settings: MachineSettings | None = None
        self._authorities: tuple[object, str] = (None, "")

    def gather(self) -> dict[str, Any] | None:
        """Return the message for the engine, None while no settings are valid. Reads files."""
        try:
            value = read_json(self._files.settings) if self._files.settings.exists() else {}
            self._settings, _ = with_managed(parse_settings(value), read_managed())
        except (UserError, OSError) as error:
            log.debug("the settings stay as they are: %s", error)
        if self._settings is None:
            return None
        return {
            "op": "settings",
            **proxies(self._settings, urllib.request.getproxies()),
            "certificates": self._certificates(self._settings),
            "registry_mirrors": list(self._settings.registry_mirrors),
            "insecure_registries": list(self._settings.insecure_registries),
            "options": self._settings.engine_options,
            "host_network_ports": self._settings.host_network_ports,
        }

    def name_servers(self) -> Sequence[tuple[str, int]]:
        """Return the fixed name servers, as last gathered; none: this computer's resolver is asked."""
        return [parse_server(server) for server in self._settings.dns_servers] if self._settings else []

    def _certificates(self, settings: MachineSettings) -> str:
        sources = (*settings.ca_certificates, *(path for path in LINUX_BUNDLES if sys.platform == "linux"))
        key = [(path, _changed(path)) for path in sources]
        if self._authorities[0] != key:
            found = [*_in_files(settings.ca_certificates, read_certificates), *_of_the_host()]
            self._authorities = (key, _joined(found))
        return self._authorities[1]


def proxies(settings: MachineSettings, system: dict[str, str]) -> dict[str, str]:
    """Return the proxies as the guest reaches them; `system` as `urllib.request.getproxies` gives them."""
    chosen = {}
    for kind, setting in (
        ("http", settings.http_proxy),
        ("https", settings.https_proxy),
        ("no", settings.no_proxy),
    ):
        value = system.get(kind, "") if setting == SYSTEM else setting
        chosen[f"{kind}_proxy"] = value if kind == "no" else _as_guest_sees(value)
    return chosen


def _as_guest_sees(url: str) -> str:
    """Return a proxy on the host's loopback by the host's address in the guest."""
    if not url:
        return ""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.hostname not in LOOPBACK_NAMES:
            return urlunsplit(parts)
        user, at, _ = parts.netloc.rpartition("@")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        log.warning("the system's proxy is no address")
        return ""
    return urlunsplit(parts._replace(netloc=f"{user}{at}{HOST_ADDRESS}{port}"))


def _changed(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0


def _of_the_host() -> list[bytes]:
    """Return the authorities that this system trusts beyond the usual ones, as DER."""
    if sys.platform == "win32":
        stores = (ssl.enum_certificates(name) for name in ("ROOT", "CA"))
        found = [data for store in stores for data, encoding, _ in store if encoding == "x509_asn"]
    else:
        # macOS keeps its own in keychains, which no library reads without its own prompts: named in settings
        found = _in_files((path for path in LINUX_BUNDLES if Path(path).exists()), _read_bundle)
    usual = set(_in_files([certifi.where()], _read_bundle))
    return [data for data in found if data not in usual]


def _in_files(paths: Iterable[str], read: Callable[[str], list[bytes]]) -> list[bytes]:
    found: list[bytes] = []
    for path in paths:
        try:
            found += read(path)
        except (OSError, ValueError) as error:
            log.warning("the certificates of %s are not used: %s", path, error)
    return found


def _read_bundle(path: str) -> list[bytes]:
    return certificates_in(Path(path).read_text(encoding="utf-8", errors="replace"))


def _joined(found: Iterable[bytes]) -> str:
    text = ""
    for data in dict.fromkeys(found):
        pem = ssl.DER_cert_to_PEM_cert(data)
        if len(text) + len(pem) > MOST_CERTIFICATE_BYTES:
            log.warning("too many extra certificates: the last ones are not used")
            break
        text += pem
    return text
