"""What the layer store asks of a way to keep unpacked layers."""

from pathlib import Path
from typing import Protocol


class LayerFormat(Protocol):
    """One way: `name` is what people see of it, `suffix` ends the names of its layers."""

    name: str
    suffix: str

    async def write(self, pipe: int, layer: Path) -> None:
        """Make `layer` of the checked tar that comes down `pipe`, to its end.

        Nothing reads `pipe` any more when this returns, also when it is cancelled. Raises EngineError.
        """
        ...

    def mount(self, layer: Path, target: Path) -> None:
        """Mount a layer read-only on the folder `target`. Blocking. Raises SystemFailureError."""
        ...

    def sync(self, layer: Path) -> None:
        """Write a layer to the disk with all that is in it. Blocking."""
        ...
