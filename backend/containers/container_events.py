"""What happened to a container, told on the event bus with the attributes that Docker gives."""

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
