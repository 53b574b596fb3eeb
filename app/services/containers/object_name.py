"""What may be the name of a container, a volume or a network.

Source: dockerd, `daemon/names.RestrictedNamePattern`.
"""

import re

_PATTERN = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def is_object_name(text: str) -> bool:
    """Return whether the engine takes `text` as a name."""
    return _PATTERN.fullmatch(text) is not None
