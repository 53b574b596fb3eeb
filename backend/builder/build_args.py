"""Build arguments: which are known where, and what they are worth.

Source: Dockerfile reference, "ARG": scope, predefined ones, and those before the first FROM.
"""

from collections.abc import Iterable, Mapping

from backend.images import platforms
from backend.images.platforms import Platform

# Known without an ARG; then they are no part of the cache's key either.
PREDEFINED = frozenset(
    name
    for upper in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (upper, upper.lower())
)

SOURCE_DATE = "SOURCE_DATE_EPOCH"  # for BuildKit itself, like BUILDKIT_…


def platform_arguments(platform: Platform | None, target: str) -> dict[str, str]:
    """Return the arguments that tell where an image is built and where it will run, and the target stage.

    Source: Dockerfile reference, "Automatic platform ARGs in the global scope".
    """
    own = platforms.own()
    found = {"TARGETSTAGE": target or "default"}
    for prefix, here in (("BUILD", own), ("TARGET", platform or own)):
        found |= {
            f"{prefix}PLATFORM": str(here),
            f"{prefix}OS": here.os,
            f"{prefix}ARCH": here.architecture,
            f"{prefix}VARIANT": here.variant,
        }
    return found


class BuildArgs:
    """The arguments of one stage; `given` are the caller's, of which None means without a value.

    `automatic` ones are known to FROM, and to stages that declare them.
    """

    def __init__(self, given: Mapping[str, str | None], automatic: Mapping[str, str] | None = None) -> None:
        self._given = given
        self._global: dict[str, str | None] = dict(automatic or {})
        self._declared: dict[str, str | None] = {}
        self._used: set[str] = set()

    def for_stage(self) -> "BuildArgs":
        """Return arguments for a new stage: it has to declare those of the file's head again."""
        stage = BuildArgs(self._given)  # the automatic ones are among the global ones
        stage._global = self._global
        stage._used = self._used  # one build, one warning
        return stage

    def declare(self, name: str, default: str | None) -> None:
        """Note an ARG of this stage."""
        self._declared[name] = default
        self._used.add(name)

    def declare_global(self, name: str, default: str | None) -> None:
        """Note an ARG before the first FROM."""
        self.declare(name, default)
        self._global[name] = default

    def known(self) -> dict[str, str]:
        """Return what the stage knows: declared and predefined arguments that have a value."""
        return self._values(self._declared)

    def known_globally(self) -> dict[str, str]:
        """Return what FROM and its flags know."""
        return self._values(self._global)

    def beside(self, environment: Iterable[str]) -> dict[str, str]:
        """Return what the stage knows and the image's environment does not override."""
        names = {entry.partition("=")[0] for entry in environment}
        return {name: value for name, value in self.known().items() if name not in names}

    def matters(self, name: str) -> bool:
        """Return whether an argument's value is part of the cache's key."""
        return name in self._declared or name not in PREDEFINED

    def unused(self) -> list[str]:
        """Return the caller's arguments that no ARG asked for."""
        names = self._given.keys() - self._used - PREDEFINED
        return sorted(name for name in names if not name.startswith("BUILDKIT_") and name != SOURCE_DATE)

    def _values(self, declared: Mapping[str, str | None]) -> dict[str, str]:
        values: dict[str, str] = {}
        for name in sorted(declared.keys() | PREDEFINED):
            value = self._given.get(name)
            if value is None:
                value = declared.get(name)
            if value is None:
                value = self._global.get(name)
            if value is not None:
                values[name] = value
        return values
