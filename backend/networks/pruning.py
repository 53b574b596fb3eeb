"""Removing all networks that nobody uses.

Source: Docker Engine API, `POST /networks/prune`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.errors import ForbiddenError, InvalidParameterError, NotFoundError
from backend.moments import prune_limit
from backend.networks.manager import Networks

FILTERS = frozenset({"label", "label!", "until"})


async def prune(networks: Networks, filters: Mapping[str, Sequence[str]]) -> list[str]:
    """Remove the unused networks that the filters mean and return their names.

    Raises InvalidParameterError.
    """
    if unknown := set(filters) - FILTERS:
        raise InvalidParameterError(f"invalid filter '{min(unknown)}'")
    limit = prune_limit(filters.get("until") or ())
    removed = []
    for network in networks.all():
        created = datetime.fromisoformat(network.created.replace("Z", "+00:00")).timestamp()
        if (
            network.is_predefined
            or network.config_only
            or created >= limit
            or not all(_has_label(network.labels, label) for label in filters.get("label") or ())
            or any(_has_label(network.labels, label) for label in filters.get("label!") or ())
        ):
            continue
        try:
            await networks.remove(network.id)
        except (ForbiddenError, NotFoundError):
            continue  # somebody is on it, or has removed it
        removed.append(network.name)
    return removed


def _has_label(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)
