"""Events about images, as Docker tells them.

Source: Docker Engine API, `GET /events`.
"""

from backend.events import EventBus
from backend.images.image import Image


def publish_image_event(
    events: EventBus, action: str, image: Image, actor_id: str = "", name: str = ""
) -> None:
    """Publish `action`; the actor is the image's id unless `actor_id` names it otherwise."""
    attributes = image.labels | {"name": name or image.id}
    events.publish("image", action, actor_id or image.id, **attributes)
