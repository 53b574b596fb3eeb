"""Networks that are nothing but settings for others (`--config-only`), and others made of them
(`--config-from`).

Source: Docker Engine API, NetworkCreateRequest; libnetwork, `network.go`, for rules and texts.
"""

from collections.abc import Callable, Mapping
from typing import Any

from backend.errors import ForbiddenError, InvalidParameterError, NotFoundError
from backend.networks.network import Network

DRIVER = "null"  # as Docker shows them; the real one is chosen by the networks that are made of them
OPERATORS = ("Ingress", "Internal", "Attachable", "Scope")


def with_settings(body: Mapping[str, Any], find: Callable[[str], Network | None]) -> Mapping[str, Any]:
    """Return a create body that says all by itself: settings of another network are filled in.

    Raises InvalidParameterError, ForbiddenError or NotFoundError in Docker's words.
    """
    config_only, name = bool(body.get("ConfigOnly")), source_of(body)
    if config_only and any(body.get(field) for field in OPERATORS):
        raise ForbiddenError(
            "configuration network can only contain network specific fields. Network operator fields like "
            "[ ingress | internal | attachable | scope ] are not supported."
        )
    if not name:
        return body
    if config_only:
        raise ForbiddenError("a configuration network cannot depend on another configuration network")
    if body.get("EnableIPv6") or body.get("Labels") or _says_anything(body.get("IPAM")):
        raise ForbiddenError(
            "user specified configurations are not supported if the network depends on a configuration "
            "network"
        )
    if body.get("Options"):
        raise ForbiddenError(
            "network driver options are not supported if the network depends on a configuration network"
        )
    settings = find(name)
    if settings is None or not settings.config_only:
        raise NotFoundError(f'configuration network "{name}" does not exist')
    return {
        **body,
        "EnableIPv6": settings.enable_ipv6,
        "Labels": dict(settings.labels),
        "Options": dict(settings.options),
        "IPAM": {
            "Options": settings.ipam_options,
            "Config": [pool.to_docker() for pool in settings.pools],
        },
    }


def source_of(body: Mapping[str, Any]) -> str:
    """Return the name of the network that another one's settings come from, "" for none."""
    source = body.get("ConfigFrom") or {}
    name = source.get("Network") if isinstance(source, dict) else 0
    if not isinstance(name, str | None):
        raise InvalidParameterError("invalid JSON: ConfigFrom must be an object with a Network of type str")
    return name or ""


def _says_anything(ipam: Any) -> bool:
    if not isinstance(ipam, dict):
        return bool(ipam)
    return ipam.get("Driver") not in (None, "", "default") or bool(ipam.get("Options") or ipam.get("Config"))


def check_can_be_joined(network: Network) -> None:
    """Raise ForbiddenError, in Docker's words, for a network that has settings only."""
    if network.config_only:
        raise ForbiddenError("cannot create endpoint on configuration-only network")
