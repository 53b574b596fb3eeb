"""What a caller asks of a build."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backend.builder.build_session import BuildSession
from backend.builder.cache.step_trail import SharedSteps, StepTrail
from backend.builder.copy.source_tree import SourceTree
from backend.errors import InvalidParameterError
from backend.images import reference
from backend.images.platforms import Platform
from backend.images.reference import DEFAULT_DOMAIN, Reference
from backend.images.registry.registry_auth import Credentials

NamedContext = SourceTree | str  # files, or the name of another image
Context = TypeVar("Context")
HUB_KEY = "https://index.docker.io/v1/"


def find_context(contexts: Mapping[str, Context], name: str) -> Context | None:
    """Return the further context of an image's or stage's name, which clients write in the shortest form."""
    if not contexts or name in contexts:
        return contexts.get(name)
    try:
        familiar = reference.parse(name).familiar
    except InvalidParameterError:
        return None
    return contexts.get(familiar.removesuffix(":latest"))


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """A build's options.

    `host_config` is what its containers get; `credentials` are by registry, `ask_credentials` is for callers
    that are asked for each. `titles` are names that the caller gives the result itself. `named_contexts`
    stand for the images and stages of their names. With `as_buildkit` instructions and history are as
    there, where the classic builder has them otherwise. Stages named in `uncached` are built anew.
    `epoch` is the time that the image and its steps are of, None for now. `session` is the client, if it
    answers. `shared_cache` is where steps are looked for that were not done here, `trail` gets all that are.
    With `foresees` it knows steps by stages that are not built yet (`stage_previews`), with `skips_stages` a
    stage that nothing is taken from is not built at all. Only with `host_network` commands may run in the
    host's network.
    """

    dockerfile: str = "Dockerfile"
    tags: tuple[Reference, ...] = ()
    titles: Sequence[str] = ()
    target: str = ""
    arguments: Mapping[str, str | None] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    use_cache: bool = True
    uncached: Collection[str] = ()
    cache_from: tuple[str, ...] = ()
    shared_cache: SharedSteps | None = None
    trail: StepTrail = field(default_factory=StepTrail)
    foresees: bool = False
    skips_stages: bool = False
    pull: bool = False
    remove: bool = True
    force_remove: bool = False
    platform: Platform | None = None
    host_network: bool = True
    host_config: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, Credentials] = field(default_factory=dict)
    ask_credentials: Callable[[Reference], Awaitable[Credentials]] | None = None
    session: BuildSession | None = None
    as_buildkit: bool = False
    epoch: int | None = None
    named_contexts: Mapping[str, NamedContext] = field(default_factory=dict)

    def named_context(self, name: str) -> NamedContext | None:
        """Return what stands for an image or a stage."""
        return find_context(self.named_contexts, name)

    def uses_cache(self, stage: str) -> bool:
        """Return whether a stage, by its name, may come from the cache."""
        return self.use_cache and (not stage or stage not in self.uncached)

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
