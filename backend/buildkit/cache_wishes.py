"""What clients say of caches that builds share: `--cache-from` and `--cache-to`.

Source: Docker's pages "Cache storage backends"; BuildKit's `cache/remotecache`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.buildkit.flags import flag
from backend.errors import InvalidParameterError, NotSupportedError

INLINE = "inline"
EXPORTERS = {
    "registry": "exporting cache to registry",
    "local": "exporting cache to client directory",
}
MODES = ("", "min", "max")


@dataclass(frozen=True, slots=True)
class CacheWish:
    """A cache that a client names: its type, and what else is to be said of it."""

    kind: str
    attributes: Mapping[str, str]

    @property
    def mode(self) -> str:
        """Which steps go into it: "max" for all of them, else those that the result was made by."""
        return self.attributes.get("mode", "").lower()


@dataclass(frozen=True, slots=True)
class CacheWishes:
    """What a client asks for: where steps may come from, and where they go."""

    imports: Sequence[CacheWish] = ()
    exports: Sequence[CacheWish] = ()

    def check(self) -> None:
        """Refuse what the engine cannot do, before anything is built. Raises EngineError."""
        for wish in self.exports:
            if wish.kind not in (*EXPORTERS, INLINE):
                raise InvalidParameterError(f'unknown cache exporter: "{wish.kind[:80]}"')
            if wish.mode not in MODES:
                raise InvalidParameterError(f"invalid cache export mode: {wish.mode[:40]}")
            if wish.attributes.get("compression", "gzip") != "gzip" or flag(
                wish.attributes, "force-compression"
            ):
                raise NotSupportedError(
                    "caches are written in gzip, as their layers are: no other compression"
                )
            for name in ("image-manifest", "oci-mediatypes", "ignore-error", "registry.insecure"):
                flag(wish.attributes, name)

    @property
    def holds_all_steps(self) -> bool:
        """Whether a cache is to have the steps of all stages: then none may be skipped."""
        return any(wish.mode == "max" and wish.kind != INLINE for wish in self.exports)

    @property
    def inline(self) -> CacheWish | None:
        """The wish that the image tells of its own steps."""
        return next((wish for wish in self.exports if wish.kind == INLINE), None)
