"""What a stage begins with: another stage, an image, files, or nothing."""

from dataclasses import dataclass

from backend.builder.build_args import BuildArgs
from backend.builder.copy.source_tree import SourceTree
from backend.builder.dockerfile.expansion import expand_word
from backend.builder.stages import config_changes, stage_graph
from backend.builder.stages.base_images import Find
from backend.builder.stages.config_changes import Config
from backend.builder.stages.image_config import config_of
from backend.builder.stages.shared_build import SharedBuild
from backend.builder.stages.stage_sources import SCRATCH
from backend.errors import InvalidParameterError
from backend.images import platforms
from backend.images.image import EMPTY_CONFIG, Image


@dataclass(frozen=True, slots=True)
class Base:
    """What FROM names: a stage's number, an image, or the files of a context; none of them for `scratch`."""

    name: str
    stage: int | None = None
    image: Image | None = None
    folder: SourceTree | None = None


async def find_base(shared: SharedBuild, number: int, args: BuildArgs, find: Find) -> Base:
    """Return what a stage begins with; `find` has its image. Raises EngineError."""
    stage, options, known = shared.stages[number], shared.options, args.known_globally()
    platform = options.platform
    if stage.platform:
        platform = _platform(expand_word(stage.platform, known, shared.escape))
    name = expand_word(stage.base, known, shared.escape)
    if not name:
        raise InvalidParameterError(f"base name ({stage.base}) should not be blank")
    named = options.named_context(name)
    if named is None:
        earlier = stage_graph.find_stage(shared.stages, name, number)
        if earlier is not None:
            return Base(name, stage=earlier)
    elif not isinstance(named, str):
        return Base(name, folder=named)
    wanted = name if named is None else named
    if wanted == SCRATCH:
        return Base(name)
    image = await find(wanted, platform)
    shared.keep(image)
    return Base(name, image=image)


def first_config(image: Image | None, *, as_buildkit: bool) -> tuple[Config, list[str]]:
    """Return the configuration that a stage begins with, and what its image wants done first (ONBUILD)."""
    config: Config = dict(EMPTY_CONFIG) if image is None else config_of(image)
    if image is None and as_buildkit:
        config["WorkingDir"] = "/"
    config |= {"OpenStdin": False, "StdinOnce": False}
    environment = list(config.get("Env") or ())
    if not any(entry.startswith("PATH=") for entry in environment):
        config["Env"] = [*environment, f"PATH={config_changes.DEFAULT_PATH}"]
    triggers = config.get("OnBuild") or []
    config["OnBuild"] = None
    return config, triggers


def _platform(text: str) -> platforms.Platform:
    try:
        return platforms.parse(text)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"failed to parse platform {text}: {error.message}") from error
