"""The checks that ask others than this computer: name servers, the proxy, registries."""

import base64
import shlex
import socket
import urllib.request
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from vm.diagnosis import guest
from vm.diagnosis.report import Verdict
from vm.diagnosis.situation import NOT_RUNNING, Check, Outcome, Situation, ok
from vm.machine.engine_settings import proxies
from vm.machine.link.guest_transport import GuestTransport
from vm.machine.settings import MachineSettings, default_settings

DOCKER_HUB = "registry-1.docker.io"
CONNECT_LIMIT = 10
"""Seconds for a connection out of the machine."""

_USUAL_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """A registry: where it listens, and the proxy on the way, as the machine sees both."""

    host: str
    port: int
    proxy: SplitResult | None

    def __str__(self) -> str:
        return self.host if self.port == _USUAL_PORT["https"] else f"{self.host}:{self.port}"


def _registries(settings: MachineSettings | None) -> list[Place]:
    """Return the registries that the engine asks first: the mirrors, or else Docker Hub."""
    settings = settings or default_settings()
    chosen = proxies(settings, urllib.request.getproxies())
    places = []
    for address in settings.registry_mirrors or (f"https://{DOCKER_HUB}",):
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or _USUAL_PORT.get(parts.scheme, 443)
        bypassed = urllib.request.proxy_bypass_environment(  # type: ignore[attr-defined]
            host, {"no": chosen["no_proxy"]}
        )
        proxy = "" if bypassed else chosen[f"{parts.scheme}_proxy"]
        places.append(Place(host, port, urlsplit(proxy) if proxy else None))
    return places


def _names(situation: Situation) -> Outcome:
    hosts = [place.host for place in _registries(situation.settings) if place.proxy is None]
    if not hosts:
        return Verdict.SKIPPED, "The proxy looks names up.", ""
    for host in hosts:
        try:
            socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
        except OSError as error:
            fix = "Check this computer's network, VPN and name servers, or name a proxy in the settings."
            return Verdict.FAILED, f"This computer does not find {host}: {error.strerror or error}", fix
    if situation.runs:
        with guest.connected(situation.files) as transport:
            for host in hosts:
                code, answer = guest.run(transport, f"nslookup {shlex.quote(host)}")
                if code:
                    fix = "The supervisor hands names on to this computer's resolver: restart the machine."
                    return Verdict.FAILED, f"Found here, but not in the machine: {answer}", fix
    return ok(f"found: {', '.join(hosts)}")


def _proxy(situation: Situation) -> Outcome:
    used = {place.proxy for place in _registries(situation.settings) if place.proxy is not None}
    if not used:
        return ok("none is set")
    if not situation.runs:
        return Verdict.SKIPPED, NOT_RUNNING, ""
    told = [f"{proxy.hostname}:{_port(proxy)}" for proxy in used]
    with guest.connected(situation.files) as transport:
        for proxy, name in zip(used, told, strict=True):
            code, answer = guest.run(transport, f"true | {_connect(proxy)}")
            if code:
                fix = "Start the proxy, or name another one in the settings under Network."
                return Verdict.FAILED, f"The proxy {name} cannot be reached: {answer or 'no answer'}", fix
    return ok(f"reached from the machine: {', '.join(told)}")


def _registry(situation: Situation) -> Outcome:
    if not situation.runs:
        return Verdict.SKIPPED, NOT_RUNNING, ""
    places = _registries(situation.settings)
    with guest.connected(situation.files) as transport:
        for place in places:
            if reason := _why_not_reached(transport, place):
                fix = "Check network, VPN and firewall of this computer."
                if place.proxy is not None:
                    fix = "Check what the proxy allows, and the name and password with which it is set."
                return Verdict.FAILED, f"{place} cannot be reached from the machine: {reason}", fix
    return ok(f"reached from the machine: {', '.join(map(str, places))}")


def _why_not_reached(transport: GuestTransport, place: Place) -> str:
    """Return what keeps the machine from a registry, "" when nothing does."""
    if place.proxy is None:
        way = f"nc -w {CONNECT_LIMIT} {shlex.quote(place.host)} {place.port}"
        code, answer = guest.run(transport, f"true | {way}")
        return (answer or "no answer") if code else ""
    if place.proxy.scheme != "http":
        return ""  # spoken in TLS: that the proxy answers is all that is tried
    head = f"CONNECT {place.host}:{place.port} HTTP/1.1\r\nHost: {place.host}:{place.port}\r\n"
    if place.proxy.username:
        login = f"{unquote(place.proxy.username)}:{unquote(place.proxy.password or '')}"
        head += f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}\r\n"
    asked = shlex.quote(f"{head}\r\n")
    _, answer = guest.run(transport, f"printf %s {asked} | {_connect(place.proxy)} | head -n 1")
    words = answer.split()
    return "" if words[1:2] == ["200"] else f"the proxy says {answer or 'nothing'}"


def _connect(proxy: SplitResult) -> str:
    return f"nc -w {CONNECT_LIMIT} {shlex.quote(proxy.hostname or '')} {_port(proxy)}"


def _port(proxy: SplitResult) -> int:
    return proxy.port or _USUAL_PORT.get(proxy.scheme, 80)


NETWORK_CHECKS = (
    Check("names", "Names of registries are found", _names),
    Check("proxy", "The proxy is reached", _proxy),
    Check("registry", "Registries are reached", _registry),
)
