"""Which containers a list shows and a prune removes.

Source: Docker Engine API, `GET /containers/json` and `POST /containers/prune`, parameter `filters`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from backend.containers.container import NEVER, Container
from backend.containers.manager import Containers
from backend.errors import EngineError, InvalidParameterError
from backend.moments import prune_limit, unix_seconds
from backend.patterns import fits_pattern

STATUSES = frozenset({"created", "running", "paused", "restarting", "removing", "exited", "dead"})
HEALTHS = frozenset({"none", "starting", "healthy", "unhealthy"})
KNOWN = frozenset(
    {"ancestor", "before", "since", "exited", "expose", "publish", "health", "id", "is-task", "isolation",
     "label", "name", "network", "status", "volume"}
)  # fmt: skip
PRUNE_FILTERS = frozenset({"until", "label", "label!"})


def select(
    containers: Containers, filters: Mapping[str, Sequence[str]], *, everything: bool, limit: int | None
) -> list[Container]:
    """Return the containers wanted, newest first. Raises InvalidParameterError or NotFoundError."""
    check(filters)
    found = sorted(containers.store, key=lambda item: item.record.created, reverse=True)
    bounds = _bounds(containers, filters)
    everything = (
        everything or bool(limit and limit > 0) or any(filters.get(name) for name in ("status", "exited"))
    )
    ancestors = _ancestors(containers, filters.get("ancestor") or ())
    result = [
        item
        for item in found
        if (everything or item.state.running or item.state.status == "restarting")
        and bounds[0] < unix_seconds(item.record.created) < bounds[1]
        and (not filters.get("ancestor") or item.record.image_id in ancestors)
        and all(_passes(item, name, values) for name, values in filters.items() if values)
    ]
    return result[:limit] if limit and limit > 0 else result


def pruned(filters: Mapping[str, Sequence[str]]) -> Callable[[Container], bool]:
    """Return whether a prune with these filters means a container. Raises InvalidParameterError."""
    if unknown := set(filters) - PRUNE_FILTERS:
        raise InvalidParameterError(f"invalid filter '{min(unknown)}'")
    limit = prune_limit(filters.get("until") or ())
    wanted, kept = filters.get("label") or (), filters.get("label!") or ()

    def passes(item: Container) -> bool:
        labels = item.record.config["Labels"] or {}
        return (
            unix_seconds(item.record.created) < limit
            and all(_has_label(labels, label) for label in wanted)
            and not any(_has_label(labels, label) for label in kept)
        )

    return passes


def check(filters: Mapping[str, Sequence[str]]) -> None:
    """Raise InvalidParameterError, in Docker's words, for filters or values that do not exist."""
    if unknown := set(filters) - KNOWN:
        raise InvalidParameterError(f"invalid filter '{min(unknown)}'")
    for status in filters.get("status") or ():
        if status not in STATUSES:
            raise InvalidParameterError(f"invalid filter 'status={status}'")
    for health in filters.get("health") or ():
        if health not in HEALTHS:
            raise InvalidParameterError(f"unrecognized filter value for health: {health}")
    for code in filters.get("exited") or ():
        if not code.removeprefix("-").isdigit():
            raise InvalidParameterError(
                f"invalid filter 'exited={code}': strconv.Atoi: parsing \"{code}\": invalid syntax"
            )
    for task in filters.get("is-task") or ():
        if task.lower() not in ("1", "true", "0", "false"):
            raise InvalidParameterError(f"invalid filter 'is-task=[{task}]'")
    for name in ("expose", "publish"):
        for ports in filters.get(name) or ():
            parse_ports(name, ports)


def _bounds(containers: Containers, filters: Mapping[str, Sequence[str]]) -> tuple[float, float]:
    def created(reference: str) -> float:
        return unix_seconds(containers.find(reference).record.created)

    since = max((created(name) for name in filters.get("since") or ()), default=float("-inf"))
    before = min((created(name) for name in filters.get("before") or ()), default=float("inf"))
    return since, before


def _ancestors(containers: Containers, references: Sequence[str]) -> set[str]:
    """Return the ids of the images that are meant and of all that were made from them."""
    ids: set[str] = set()
    for reference in references:
        with suppress(EngineError):  # no such image: no container of it
            coming = [containers.images.find(reference)]
            while coming:
                image = coming.pop()
                if image.id not in ids:
                    ids.add(image.id)
                    coming += containers.images.children(image)
    return ids


def _passes(item: Container, name: str, values: Sequence[str]) -> bool:
    record, state = item.record, item.state
    labels = record.config["Labels"] or {}
    if name == "label":
        return all(_has_label(labels, value) for value in values)
    if name == "id":
        return any(record.id.startswith(value) for value in values)
    if name == "name":
        return any(
            fits_pattern(value.removeprefix("/"), record.name) or fits_pattern(value, f"/{record.name}")
            for value in values
        )
    if name == "status":
        return state.status in values
    if name == "exited":
        return state.status == "exited" and state.finished_at != NEVER and str(state.exit_code) in values
    if name == "volume":
        return any(
            value in (m.get("Name"), m["Source"], m["Destination"]) for m in record.mounts for value in values
        )
    if name == "network":
        ids = [str(wish.get("NetworkID") or "") for wish in record.networks.values()]
        return any(value in record.networks or _starts_one(value, ids) for value in values)
    if name in ("expose", "publish"):
        return any(_has_port(item, name, value) for value in values)
    if name == "health":
        return ("none" if state.health is None else state.health.status) in values
    if name == "is-task":
        return not any(value.lower() in ("true", "1") for value in values)
    return True  # ancestor, before, since are looked at for the whole list; isolation means nothing here


def _starts_one(value: str, ids: Iterable[str]) -> bool:
    return any(one.startswith(value) for one in ids if one)


def _has_label(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)


def parse_ports(name: str, text: str) -> tuple[range, str]:
    """Return the numbers and the protocol of "80", "80/udp" or "80-90/tcp". Raises InvalidParameterError."""
    numbers, _, protocol = text.partition("/")
    first, dash, last = numbers.partition("-")
    for number in (first, last) if dash else (first,):
        is_number = number.isascii() and number.isdigit()
        if not is_number or len(number) > 20 or int(number) > 65535:
            raise InvalidParameterError(
                f"error while looking up for {name} {text[:40]}: "
                f'strconv.ParseUint: parsing "{number[:40]}": '
                f"{'value out of range' if is_number else 'invalid syntax'}"
            )
    return range(int(first), int(last or first) + 1), protocol.lower() or "tcp"


def _has_port(item: Container, name: str, wanted: str) -> bool:
    """Return whether a running container offers one of the ports inside, or publishes it outside."""
    if item.attachment is None:
        return False
    numbers, protocol = parse_ports(name, wanted)
    if name == "publish":
        return any(port.host_port in numbers and port.protocol == protocol for port in item.attachment.ports)
    offered = [text.partition("/") for text in item.attachment.exposed_ports]
    published = [(str(port.container_port), "/", port.protocol) for port in item.attachment.ports]
    return any(
        int(number) in numbers and (kind or "tcp") == protocol for number, _, kind in [*offered, *published]
    )
