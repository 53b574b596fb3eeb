"""What a create or connect call says about networks, checked: which ones, and what is asked of each.

Source: Docker Engine API, NetworkingConfig, EndpointSettings, HostConfig.NetworkMode.
"""

from collections.abc import Mapping
from typing import Any

from backend.errors import InvalidParameterError
from backend.networks.mac_address import normal_mac_address
from backend.networks.manager import Networks
from backend.networks.texts import is_clean

SHARED_PREFIX = "container:"
ALONE = ("host", "none")  # modes without any other network
DEFAULT_NAMES = ("", "default", "bridge")

MAC_WARNING = (
    "The container-wide MacAddress field is now deprecated. "
    "It should be specified in EndpointsConfig instead."
)
SHARED_REFUSAL = (
    "container sharing network namespace with another container or host cannot be connected to any other "
    "network"
)
SCTP_WARNING = (
    "SCTP ports are published inside the virtual machine only: its network carries TCP and UDP to the host"
)
PORTS_WARNING = "Published ports are discarded when using host network mode"


def read_networks(
    body: Mapping[str, Any], config: Mapping[str, Any], host: dict[str, Any], networks: Networks
) -> dict[str, dict[str, Any]]:
    """Return what a new container asks of each network, by name, its main network first.

    Links in `host` become aliases where the main network has names.
    Raises InvalidParameterError in Docker's words.
    """
    mode = host["NetworkMode"]
    given = read_endpoints(body.get("NetworkingConfig"))
    _check_mode(config, host)
    if mode.startswith(SHARED_PREFIX):
        if given:
            raise InvalidParameterError(SHARED_REFUSAL)
        return {}
    if config["NetworkDisabled"]:
        return {}
    if mode in ALONE:
        if others := set(given) - {mode}:
            raise InvalidParameterError(_refusal(mode, min(others)))
        return {mode: given.get(mode, {})}
    main = _name_of("bridge" if mode in DEFAULT_NAMES else mode, networks)
    wishes: dict[str, dict[str, Any]] = {}
    for name, wish in given.items():
        full_name = _name_of("bridge" if name in DEFAULT_NAMES else name, networks)
        if full_name in ALONE:
            raise InvalidParameterError(_refusal(full_name, main))
        if full_name in wishes:
            raise InvalidParameterError(f"network {full_name} is named twice in EndpointsConfig")
        wishes[full_name] = wish
    if not wishes:
        wishes[main] = {}
    if main in wishes:
        wishes = {main: wishes[main], **wishes}
        _add_container_wide(wishes[main], config["MacAddress"])
        if main != "bridge" and host["Links"]:
            # On a network with names a link is an alias of the endpoint; compose says it in both places.
            wishes[main]["Links"] = list(dict.fromkeys([*wishes[main].get("Links", ()), *host["Links"]]))
    if main != "bridge":
        host["Links"] = None
    return wishes


def _check_mode(config: Mapping[str, Any], host: Mapping[str, Any]) -> None:
    """Refuse options that contradict the network mode. Source: moby, runconfig/hostconfig_unix.go."""
    mode = host["NetworkMode"]
    shared = mode.startswith(SHARED_PREFIX)
    if mode == "container" or mode == SHARED_PREFIX:
        raise InvalidParameterError("Invalid network mode: invalid container format container:<name|id>")
    if mode != "host" and not shared:
        return
    if host["Links"]:
        kind = "container type network" if shared else "host type networking"
        raise InvalidParameterError(
            f"conflicting options: {kind} can't be used with links. This would result in undefined behavior"
        )
    if not shared:
        return
    for conflict, what in (
        (config["Hostname"], "hostname and the network mode"),
        (host["Dns"], "dns and the network mode"),
        (host["ExtraHosts"], "custom host-to-IP mapping and the network mode"),
        (config["MacAddress"], "mac-address and the network mode"),
        (
            host["PortBindings"] or host["PublishAllPorts"],
            "port publishing and the container type network mode",
        ),
        (config["ExposedPorts"], "port exposing and the container type network mode"),
    ):
        if conflict:
            raise InvalidParameterError(f"conflicting options: {what}")


def _refusal(mode: str, other: str) -> str:
    if mode == "host":
        return "container cannot be disconnected from host network or connected to host network"
    return (
        "container cannot be connected to multiple networks with one of the networks in private (none) mode"
    )


def _name_of(reference: str, networks: Networks) -> str:
    """Return the name of a network that was given by its ID; what is not there keeps what it was called."""
    network = networks.find_or_none(reference)
    return network.name if network else reference


def _add_container_wide(wish: dict[str, Any], mac_address: str) -> None:
    if not mac_address:
        return
    wanted = normal_mac_address(mac_address)
    if wish.get("MacAddress", wanted) != wanted:
        raise InvalidParameterError(
            "the container-wide MAC address must match the endpoint-specific MAC address for the main "
            "network, or be left empty"
        )
    wish["MacAddress"] = wanted


def warnings_about(config: Mapping[str, Any], host: Mapping[str, Any], *, in_machine: bool) -> list[str]:
    """Return what the maker of a container should know of its network, in a virtual machine or not."""
    warnings = [MAC_WARNING] if config["MacAddress"] else []
    if in_machine and any(port.lower().endswith("/sctp") for port in host["PortBindings"] or ()):
        warnings.append(SCTP_WARNING)
    if host["NetworkMode"] == "host" and host["PortBindings"]:
        warnings.append(PORTS_WARNING)
    return warnings


def read_endpoints(networking: Any) -> dict[str, dict[str, Any]]:
    """Return EndpointsConfig of a NetworkingConfig, each part checked. Raises InvalidParameterError."""
    if networking is None:
        return {}
    if not isinstance(networking, dict):
        raise InvalidParameterError("invalid JSON: NetworkingConfig must be an object")
    endpoints = networking.get("EndpointsConfig")
    if endpoints is None:
        return {}
    if not isinstance(endpoints, dict):
        raise InvalidParameterError("invalid JSON: NetworkingConfig must hold an object EndpointsConfig")
    for name in endpoints:
        if not is_clean(name):
            raise InvalidParameterError("invalid JSON: a network's name has a NUL byte or broken UTF-8")
    return {name: read_settings(settings) for name, settings in endpoints.items()}


def check_single(networking: Any) -> None:
    """Refuse several networks at creation, which callers of API versions before 1.44 cannot mean."""
    if len(names := read_endpoints(networking)) > 1:
        raise InvalidParameterError(
            f"Container cannot be created with multiple network endpoints: {', '.join(sorted(names))}"
        )


def read_settings(settings: Any) -> dict[str, Any]:
    """Return the part of EndpointSettings that a caller sets, without what is empty.

    Raises InvalidParameterError.
    """
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise InvalidParameterError("invalid JSON: EndpointsConfig must hold objects")
    wish: dict[str, Any] = {}
    if ipam := _part(settings, "IPAMConfig", dict):
        wish["IPAMConfig"] = {
            key: value
            for key, kind in (("IPv4Address", str), ("IPv6Address", str), ("LinkLocalIPs", list))
            if (value := _part(ipam, key, kind))
        }
    for key in ("Links", "Aliases"):
        if values := _part(settings, key, list):
            wish[key] = values
    for link in wish.get("Links", ()):
        split_link(link)
    if mac_address := _part(settings, "MacAddress", str):
        wish["MacAddress"] = normal_mac_address(mac_address)
    if options := _part(settings, "DriverOpts", dict):
        if not all(isinstance(value, str) and is_clean(value + key) for key, value in options.items()):
            raise InvalidParameterError("invalid JSON: DriverOpts must be a map of strings")
        wish["DriverOpts"] = dict(options)
    return wish


def split_link(link: str) -> tuple[str, str]:
    """Return (container, alias) of a link. Raises InvalidParameterError in Docker's words."""
    name, colon, alias = link.partition(":")
    if not name or ":" in alias:
        raise InvalidParameterError(f"bad format for links: {link}")
    # As Docker wrote it into its records: "/target:/source/alias".
    return name.removeprefix("/"), (alias if colon else name).rpartition("/")[2]


def _part(settings: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    value = settings.get(name)
    if value is None:
        return None
    good = isinstance(value, kind)
    if good and kind is list:
        good = all(isinstance(item, str) and is_clean(item) for item in value)
    if not good or (kind is str and not is_clean(value)):
        raise InvalidParameterError(f"invalid JSON: {name} has the wrong type")
    return value
