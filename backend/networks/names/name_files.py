"""A container's /etc/hosts and /etc/resolv.conf as text.

Source: the files that Docker writes; `man 5 resolv.conf`.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from pathlib import Path

from backend.errors import InvalidParameterError
from backend.networks.attachment import AttachRequest

HOST_NAMES = ("host.docker.internal", "gateway.docker.internal")
HOST_GATEWAY = "host-gateway"
NAME_SERVICE = "127.0.0.11"  # the engine's own, at Docker's address
PUBLIC_NAMESERVERS = (
    "8.8.8.8",
    "8.8.4.4",
)  # Docker's choice when the machine names none that a container reaches

RESOLV_CONF = Path("/etc/resolv.conf")
SYSTEMD_RESOLV_CONF = Path("/run/systemd/resolve/resolv.conf")
HOSTS = Path("/etc/hosts")

LOCAL_ENTRIES = """\
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
ff00::0\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
"""

_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?\Z", re.ASCII)
_WORD = re.compile(r"[!-~]+\Z", re.ASCII)


def check_names(request: AttachRequest) -> None:
    """Check all that goes into the two files. Raises InvalidParameterError."""
    for entry in request.extra_hosts:
        _parse_extra_host(entry)
    for server in request.dns:
        if not _is_address(server):
            raise InvalidParameterError(f"invalid IP address in dns: {server!r}")
    for word in (*request.dns_search, *request.dns_options):
        if not _WORD.match(word):
            raise InvalidParameterError(f"invalid dns search domain or option: {word!r}")
    for name in (request.hostname, request.domainname):
        if name and not _NAME.match(name):
            raise InvalidParameterError(f"invalid hostname: {name!r}")


def hosts_text(
    request: AttachRequest, own_addresses: Sequence[str], host_address: str, base: str = LOCAL_ENTRIES
) -> str:
    """Return /etc/hosts: `base`, extra hosts, the names of the host, then the container itself.

    Without own addresses (no network, or the machine's network) the container gets no entry for itself;
    without a host address the names of the host are left out.
    """
    extra = [_parse_extra_host(entry) for entry in request.extra_hosts]
    lines = [base if base.endswith("\n") else base + "\n"]
    for name, address in extra:
        # Without a way to the host the name is left out rather than pointed at nowhere.
        if actual := (host_address if address == HOST_GATEWAY else address):
            lines.append(f"{actual}\t{name}\n")
    lines.append(request.more_hosts)
    given = {name.lower() for name, _ in extra}
    if host_address:
        lines += [f"{host_address}\t{name}\n" for name in HOST_NAMES if name not in given]
    lines += [own_line(address, request.hostname, request.domainname) for address in own_addresses]
    return "".join(lines)


def own_line(address: str, hostname: str, domainname: str) -> str:
    """Return the line of /etc/hosts for one of the container's own addresses, "" without a host name."""
    if not address or not hostname:
        return ""
    qualified = f"{hostname}.{domainname}" if domainname else hostname
    short, dot, _ = qualified.partition(".")
    return f"{address}\t{qualified} {short}\n" if dot else f"{address}\t{hostname}\n"


def resolv_conf_text(
    request: AttachRequest, machine_text: str, *, keep_loopback: bool, name_service: str = ""
) -> str:
    """Return /etc/resolv.conf from the machine's, the container's own wishes replacing each kind of line.

    Loopback name servers are dropped (a container would ask itself there) unless `keep_loopback`; an engine's
    own `name_service` stands before all of them.
    """
    servers, search, options = parse_resolv_conf(machine_text)
    if not keep_loopback:
        servers = [server for server in servers if not _is_loopback(server)] or list(PUBLIC_NAMESERVERS)
    servers = [name_service] if name_service else list(request.dns) or servers
    search = list(request.dns_search) or search
    options = list(request.dns_options) or options
    if name_service and not any(option.startswith("ndots:") for option in options):
        # Docker's choice: names of containers have no dot and must not go through the search list first.
        options = [*options, "ndots:0"]
    lines = [f"nameserver {server}\n" for server in servers]
    if search and search != ["."]:  # "." is Docker's way to say: none
        lines.append(f"search {' '.join(search)}\n")
    if options:
        lines.append(f"options {' '.join(options)}\n")
    return "".join(lines)


def read_machine_resolv_conf() -> str:
    """Return the machine's resolv.conf; where systemd-resolved stands before it, the list behind it."""
    text = _read(RESOLV_CONF)
    servers, _, _ = parse_resolv_conf(text)
    if servers == ["127.0.0.53"]:
        return _read(SYSTEMD_RESOLV_CONF) or text
    return text


def read_machine_hosts() -> str:
    """Return the machine's /etc/hosts, or the usual entries when it has none."""
    return _read(HOSTS) or LOCAL_ENTRIES


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def parse_resolv_conf(text: str) -> tuple[list[str], list[str], list[str]]:
    """Return the name servers, the search list and the options of a resolv.conf."""
    servers: list[str] = []
    search: list[str] = []
    options: list[str] = []
    for line in text.splitlines():
        words = _before_comment(line.split())
        if len(words) < 2:
            continue
        if words[0] == "nameserver" and _is_address(words[1]):
            servers.append(words[1])
        elif words[0] in ("search", "domain"):
            search = words[1:]  # the last line of its kind counts
        elif words[0] == "options":
            options += words[1:]
    return servers, search, options


def _before_comment(words: Sequence[str]) -> list[str]:
    kept = []
    for word in words:
        if word[0] in "#;":
            break
        kept.append(word)
    return kept


def _parse_extra_host(entry: str) -> tuple[str, str]:
    name, colon, address = entry.partition(":")
    if not colon or not _NAME.match(name):
        raise InvalidParameterError(f'bad format for add-host: "{entry}"')
    if address != HOST_GATEWAY and not _is_address(address):
        raise InvalidParameterError(f'invalid IP address in add-host: "{address}"')
    return name, address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    # A zone ("fe80::1%eth0") may hold anything, line breaks too.
    return _is_plain(text)


def _is_plain(text: Iterable[str]) -> bool:
    return all(character.isprintable() and not character.isspace() for character in text)


def _is_loopback(server: str) -> bool:
    return ip_address(server).is_loopback
