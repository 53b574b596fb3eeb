"""What a caller asks of a build."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.builder.build_session import BuildSession
from backend.builder.source_tree import SourceTree
from backend.builder.step_trail import SharedSteps, StepTrail
from backend.images.platforms import Platform
from backend.images.reference import DEFAULT_DOMAIN, Reference
from backend.images.registry_auth import Credentials

NamedContext = SourceTree | str  # files, or the name of another image
HUB_KEY = "https://index.docker.io/v1/"


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """A build's options.

    `host_config` is what its containers get; `credentials` are by registry, `ask_credentials` is for callers
    that are asked for each. `titles` are names that the caller gives the result itself. `named_contexts`
    stand for the images and stages of their names; `session` is the client, if it answers. `shared_cache` is
    where steps are looked for that were not done here, `trail` gets all that are.
    """

    dockerfile: str = "Dockerfile"
    tags: tuple[Reference, ...] = ()
    titles: Sequence[str] = ()
    target: str = ""
    arguments: Mapping[str, str | None] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    use_cache: bool = True
    cache_from: tuple[str, ...] = ()
    shared_cache: SharedSteps | None = None
    trail: StepTrail = field(default_factory=StepTrail)
    pull: bool = False
    remove: bool = True
    force_remove: bool = False
    platform: Platform | None = None
    host_config: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, Credentials] = field(default_factory=dict)
    ask_credentials: Callable[[Reference], Awaitable[Credentials]] | None = None
    session: BuildSession | None = None
    named_contexts: Mapping[str, NamedContext] = field(default_factory=dict)

    async def credentials_for(self, name: Reference) -> Credentials:
        """Return what the caller gives for a name's registry."""
        if self.ask_credentials is not None:
            return await self.ask_credentials(name)
        keys = (HUB_KEY, DEFAULT_DOMAIN) if name.domain == DEFAULT_DOMAIN else (name.domain,)
        for key, credentials in self.credentials.items():
            bare = key.partition("://")[2] or key
            if key in keys or bare.partition("/")[0] in keys:
                return credentials
        return Credentials()
