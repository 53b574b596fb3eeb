"""The configuration of an image as a build begins with it, and as it keeps it."""

from collections.abc import Mapping
from typing import Any

from backend.builder.stages.config_changes import Config
from backend.errors import InvalidParameterError
from backend.images.image import EMPTY_CONFIG, Image


def stored(config: Mapping[str, Any]) -> Config:
    """Return a configuration as images keep it: without what is empty, but for what Docker always writes."""
    return {name: value for name, value in config.items() if name in EMPTY_CONFIG or value}


def config_of(image: Image) -> Config:
    """Return an image's configuration. Raises InvalidParameterError for one that makes no sense."""
    config = {**EMPTY_CONFIG, **(image.config.get("config") or {})}
    for name in ("Env", "Cmd", "Entrypoint", "OnBuild", "Shell"):
        value = config.get(name) or []
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise InvalidParameterError(f"damaged image: its config's {name} is no list of strings")
    for name in ("Labels", "Volumes", "ExposedPorts", "Healthcheck"):
        if not isinstance(config.get(name) or {}, dict):
            raise InvalidParameterError(f"damaged image: its config's {name} is no object")
    return config
