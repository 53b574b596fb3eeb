"""What the host of a machine tells its engine as it runs: proxies, authorities, registries, options."""

import logging
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.engine_options import EngineOptions, parse_options

log = logging.getLogger(__name__)

PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy")


@dataclass(slots=True)
class HostSettings:
    """The settings in force, beside those of the command line. An engine without a host has none."""

    registry_mirrors: tuple[str, ...] = ()
    insecure_registries: tuple[str, ...] = ()
    certificates: str = ""
    options: EngineOptions = field(default_factory=EngineOptions)
    host_network_ports: bool = True
    """Whether ports of containers on the host's network are opened on the host of a machine."""
    _context: ssl.SSLContext | None = None

    def apply(self, message: Mapping[str, Any]) -> None:
        """Take over a message's settings; what is under way goes on with the old ones."""
        for name in PROXY_VARIABLES:
            _set_variable(name, _text(message, name))
        self.registry_mirrors = _texts(message, "registry_mirrors")
        self.insecure_registries = _texts(message, "insecure_registries")
        if "options" in message:  # without them those of the command line stay
            self.use_options(parse_options(message["options"]))
        self.host_network_ports = message.get("host_network_ports") is not False
        certificates = _text(message, "certificates")
        if certificates != self.certificates:
            self.certificates = certificates
            self._context = None

    def use_options(self, options: EngineOptions) -> None:
        """Take over the options for what is made from now on."""
        if options != self.options:
            for problem in options.problems:
                log.warning("not used: %s", problem)
            self.options = options

    def tls(self) -> "ssl.SSLContext | bool":
        """Return what a connection trusts, as aiohttp takes it: True is the system's authorities alone."""
        if not self.certificates:
            return True
        if self._context is None:
            self._context = ssl.create_default_context()
            # Python 3.13 refuses authorities whose certificates lack what RFC 5280 wants; Go and OpenSSL do
            # not, and companies have such
            self._context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            try:
                self._context.load_verify_locations(cadata=self.certificates)
            except ssl.SSLError as error:
                log.warning("the host's extra certificates are not used: %s", error)
        return self._context


HOST_SETTINGS = HostSettings()
"""The one value of this process: sessions to registries are made in many places."""


def _set_variable(name: str, value: str) -> None:
    # aiohttp, urllib and the answer to /info read them; a name in capitals would win on some of them
    for variable in (name, name.upper()):
        if value:
            os.environ[variable] = value
        else:
            os.environ.pop(variable, None)


def _text(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    return value if isinstance(value, str) else ""


def _texts(message: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = message.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
