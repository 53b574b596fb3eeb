"""Values of JSON that others wrote: what is of another kind than it should be counts as empty."""

from collections.abc import Mapping, Sequence
from typing import Any


def as_object(value: object) -> Mapping[str, Any]:
    """Return an object, an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> Sequence[Any]:
    """Return a list, an empty one in place of anything else."""
    return value if isinstance(value, list) else ()
