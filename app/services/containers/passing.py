"""Containers that come and go with something else that is looked at: nobody runs them by themselves."""

from collections.abc import Mapping

from app.services.images.scan.scanner_image import LABEL as SCAN

BUILD_STEP = "org.marina.build-step"
"""What the engine gives the container of a RUN while its build goes on. Source: docs/builder.md."""
_LABELS = (SCAN, BUILD_STEP)


def is_passing(labels: Mapping[str, str]) -> bool:
    """Return whether a container with these labels, or an event's attributes, is a scan's or a build's."""
    return any(label in labels for label in _LABELS)
