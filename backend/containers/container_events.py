"""What happened to a container and to its volumes, told on the event bus with Docker's attributes."""

from typing import Any

from backend.containers.container import Container
from backend.events import EventBus


def publish(events: EventBus, container: Container, action: str, **more: str) -> None:
    """Tell one event of a container: its image, its name, its labels, and `more`."""
    labels = container.record.config.get("Labels") or {}
    attributes = {
        **labels,
        "image": container.record.config["Image"],
        "name": container.name,
        **more,
    }
    events.publish_with("container", action, container.id, attributes)


def publish_mounts(events: EventBus, container: Container) -> None:
    """Tell that a container uses its volumes now."""
    for mount in _volumes(container):
        events.publish_with(
            "volume",
            "mount",
            mount["Name"],
            {
                "container": container.id,
                "destination": mount["Destination"],
                "driver": mount["Driver"],
                "propagation": mount["Propagation"],
                "read/write": "true" if mount["RW"] else "false",
            },
        )


def publish_unmounts(events: EventBus, container: Container) -> None:
    """Tell that a container uses its volumes no more."""
    for mount in _volumes(container):
        attributes = {"container": container.id, "driver": mount["Driver"]}
        events.publish_with("volume", "unmount", mount["Name"], attributes)


def _volumes(container: Container) -> list[dict[str, Any]]:
    return [mount for mount in container.record.mounts if mount["Type"] == "volume"]
