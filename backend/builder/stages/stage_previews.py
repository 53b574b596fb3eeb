"""What stages will be, told before they are built: by digests of all that goes into them.

So a step that takes files from a stage is found in a shared cache while nobody has that stage: BuildKit finds
it by the chain of its definitions in the same case (`solver`, cache keys by links). Such a digest means the
same on every engine, and changes with whatever might change the stage; it may change when nothing does.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.builder.build_args import BuildArgs
from backend.builder.cache.step_trail import comparable
from backend.builder.copy import remote_files
from backend.builder.copy.copy_sources import find_sources
from backend.builder.copy.copy_step import CopyStep
from backend.builder.copy.source_tree import SourceTree
from backend.builder.dockerfile import instructions
from backend.builder.dockerfile.expansion import expand_word
from backend.builder.dockerfile.instructions import Instruction
from backend.builder.git import git_sources
from backend.builder.progress.shown_code import shown_code
from backend.builder.run import run_mounts
from backend.builder.run.run_command import run_command
from backend.builder.stages import base_images, config_changes
from backend.builder.stages.config_changes import Config
from backend.builder.stages.image_config import stored
from backend.builder.stages.shared_build import SharedBuild
from backend.builder.stages.stage_beginning import find_base, first_config
from backend.builder.stages.stage_sources import StageSources
from backend.errors import EngineError, InvalidParameterError
from backend.tasks import in_thread_to_end


@dataclass(frozen=True, slots=True)
class _Preview:
    """A stage's digest, its configuration, and how its steps are shown."""

    digest: str
    config: Config
    shown: tuple[str, ...] = ()


class StagePreviews:
    """Those of one build; `args` are what its stages begin with."""

    def __init__(self, shared: SharedBuild, args: BuildArgs) -> None:
        self._shared = shared
        self._args = args
        # What nothing is taken from costs no pull: its configuration tells all that is asked here.
        self._find_image = base_images.looked_up(shared.containers.images, shared.options)
        self._found: dict[int, _Preview | None] = {}

    def shown(self, number: int) -> tuple[str, ...]:
        """Return how the steps of a stage behind its FROM are shown; nothing where nobody asked for it."""
        found = self._found.get(number)
        return found.shown if found is not None else ()

    async def step_key(
        self, number: int, parent_key: str, compared: Mapping[str, Any], step: Instruction, args: BuildArgs
    ) -> str:
        """Return the digest of a step of stage `number` that takes files from others.

        "" where it takes none, or where what they are cannot be told before they are built. `compared` is
        what the cache compares but for these files.
        """
        sources = StageSources(self._shared, number, self._find_image)
        try:
            if not sources.stages(step):
                return ""
            variables = config_changes.variables_of(compared.get("Env") or (), args)
            taken = await self._taken(sources, step, variables)
        except EngineError:
            return ""  # whatever is wrong, the step itself tells
        return _digest("step", parent_key, comparable(compared), taken)

    async def _of(self, number: int) -> _Preview:
        if number not in self._found:
            try:
                self._found[number] = await self._preview(number)
            except EngineError:
                self._found[number] = None
        found = self._found[number]
        if found is None:
            raise InvalidParameterError("what the stage will be cannot be told")
        return found

    async def _preview(self, number: int) -> _Preview | None:
        shared = self._shared
        stage, options, escape = shared.stages[number], shared.options, shared.escape
        if not options.uses_cache(stage.name):
            return None
        args = self._args.for_stage()
        base = await find_base(shared, number, args, self._find_image)
        if base.folder is not None:
            return None
        config, triggers = first_config(base.image, as_buildkit=options.as_buildkit)
        if triggers:
            return None
        digest = base.image.id if base.image is not None else f"scratch {options.platform}"
        if base.stage is not None:
            before = await self._of(base.stage)
            digest, config = before.digest, dict(before.config)
        sources = StageSources(shared, number, self._find_image)
        shown: list[str] = []
        command_set = False
        for instruction in stage.instructions:
            environment = list(config.get("Env") or ())
            variables = config_changes.variables_of(environment, args)
            shown.append(shown_code(instruction, variables, escape))
            step = config_changes.expand(instruction, variables, escape)
            taken: object = ""
            match step:
                case instructions.Run():
                    given = [f"{name}={value}" for name, value in args.beside(environment).items()]
                    counted = sorted(entry for entry in given if args.matters(entry.partition("=")[0]))
                    command, _ = run_command(config, step)
                    taken = [command, counted, await self._taken(sources, step, variables)]
                case instructions.Copy():
                    taken = await self._taken(sources, step, variables)
                case instructions.Arg():
                    for name, default in step.pairs:
                        args.declare(name, default)
                case _:
                    config = config_changes.change(config, step, command_set=command_set).config
                    command_set = command_set or (isinstance(step, instructions.Cmd) and bool(step.words))
            digest = _digest(digest, _said(step), comparable(stored(config)), str(options.epoch), taken)
        return _Preview(digest, config, tuple(shown))

    async def _taken(
        self, sources: StageSources, step: Instruction, variables: Mapping[str, str]
    ) -> list[str]:
        """Return what stands for the files that a step takes. Raises EngineError."""
        if isinstance(step, instructions.Copy):
            if step.source_image and sources.named_tree(step.source_image) is None:
                return [_said(step), await self._source(sources, step.source_image)]
            if any(git_sources.is_source(word) or remote_files.is_address(word) for word in step.sources):
                raise InvalidParameterError("what is at an address is not looked at before")
            return [await self._copied(sources, step)]
        if not isinstance(step, instructions.Run):
            return []
        taken: list[str] = [text.text for text in step.texts]
        for text in step.mounts:
            mount = run_mounts.parse_mount(
                text, lambda word: expand_word(word, variables, self._shared.escape)
            )
            taken.append(repr(mount))
            tree = sources.named_tree(mount.source_image)
            if tree is None:
                taken.append(await self._source(sources, mount.source_image))
            elif mount.type == "bind":
                path = mount.source.strip("/").removeprefix("./")
                taken += await in_thread_to_end(_digests, tree, "" if path == "." else path)
        return taken

    async def _copied(self, sources: StageSources, step: instructions.Copy) -> str:
        """Return what the cache compares of a copy from a context."""
        options = self._shared.options
        async with sources.source_tree(step.source_image) as tree, self._shared.working:
            copy = CopyStep(step, tree, self._shared.context, options.session, as_buildkit=True)
            try:
                await copy.find_sources(lambda message: None)
                return copy.comment()
            finally:
                copy.close()

    async def _source(self, sources: StageSources, name: str) -> str:
        if (stage := sources.stage_of(name)) is not None:
            return (await self._of(stage)).digest
        image = await sources.source_image(name)
        return image.id if image is not None else ""


def _said(step: Instruction) -> str:
    """Return all that an instruction says, wherever it stands."""
    return repr(replace(step, code="", line=0, last_line=0))


def _digests(tree: SourceTree, path: str) -> list[str]:
    return [source.digest for source in find_sources(tree, path, from_image=True, literal=True)]


def _digest(*parts: object) -> str:
    words = json.dumps(parts, sort_keys=True)
    return f"sha256:{hashlib.sha256(words.encode(errors='surrogateescape')).hexdigest()}"
