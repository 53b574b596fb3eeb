"""What work under way relies on, and what no sweep may take meanwhile."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Pins:
    """Digests (of blobs, diff ids, ids of images) that work under way needs until it ends."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    def held(self) -> set[str]:
        """Return all digests that somebody relies on now."""
        return set(self._held)

    @contextmanager
    def hold(self, wanted: Iterable[str]) -> Iterator[None]:
        """Keep these digests until the block ends."""
        digests = list(wanted)
        self._held.update(digests)
        try:
            yield
        finally:
            self._held.subtract(digests)
            self._held = +self._held
