"""Events about images, as Docker tells them.

Source: Docker Engine API, `GET /events`.
"""

from collections.abc import Mapping

from backend.events import EventBus
from backend.images.image import Image
from backend.images.reference import Reference


def publish_image_event(events: EventBus, action: str, image: Image, name: str = "") -> None:
    """Publish what happened to an image."""
    events.publish_with("image", action, image.id, image.labels | {"name": name or image.id})


def publish_transfer_event(
    events: EventBus, action: str, reference: Reference, labels: Mapping[str, str] | None = None
) -> None:
    """Publish that something was pulled or pushed under a name; the name is the actor."""
    attributes = {**(labels or {}), "name": reference.familiar_name}
    events.publish_with("image", action, reference.familiar, attributes)
