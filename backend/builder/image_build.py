"""Builds an image from a Dockerfile, step by step, as Docker's classic builder does.

Source: moby's `builder/dockerfile`. Every step is an image of its own: that is the cache, and what
`docker images -a` shows.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from backend.builder import config_changes, instructions
from backend.builder.base_images import find_or_pull
from backend.builder.build_args import BuildArgs
from backend.builder.build_context import BuildContext
from backend.builder.build_options import BuildOptions
from backend.builder.build_output import BuildOutput, Room, Send
from backend.builder.config_changes import Config
from backend.builder.copy_layer import CopyLayer
from backend.builder.copy_step import CopyStep
from backend.builder.expansion import expand_word
from backend.builder.go_text import quote, show_all
from backend.builder.image_root import image_root
from backend.builder.instruction_parser import NEEDS_BUILDKIT, parse_instructions
from backend.builder.instructions import Dockerfile, Instruction, Stage
from backend.builder.run_step import create_container, keep_container, remove_container, run_container
from backend.builder.source_tree import SourceTree
from backend.builder.step_cache import StepCache
from backend.containers.manager import Containers
from backend.containers.names import new_id
from backend.errors import EngineError, InvalidParameterError
from backend.images import overlay_tar, platforms
from backend.images.image import EMPTY_CONFIG, Image
from backend.images.image_creation import ImageDraft
from backend.tasks import in_thread_to_end

SCRATCH = "scratch"
CONTAINER_FIELDS = ("Cmd", "Entrypoint", "Env", "User", "WorkingDir", "Volumes", "Labels", "ExposedPorts",
                    "StopSignal")  # fmt: skip


@dataclass(slots=True)
class _State:
    """Where a stage stands: its image so far (None before the first layer of `scratch`) and configuration."""

    args: BuildArgs
    name: str = ""
    image: Image | None = None
    config: Config = field(default_factory=lambda: dict(EMPTY_CONFIG))
    author: str = ""
    command_set: bool = False

    @property
    def image_id(self) -> str:
        return self.image.id if self.image else ""


class ImageBuild:
    """One build."""

    def __init__(
        self,
        containers: Containers,
        dockerfile: Dockerfile,
        context: BuildContext,
        options: BuildOptions,
        send: Send,
        room: Room,
        keep: Callable[[Image], None],
    ) -> None:
        self._containers = containers
        self._keep = keep
        self._images = containers.images
        self._escape = dockerfile.escape
        self._warnings = dockerfile.warnings
        self._arguments = dockerfile.arguments
        self._stages = _wanted_stages(dockerfile.stages, options)
        self._context = context
        self._options = options
        steps = len(self._arguments) + sum(1 + len(stage.instructions) for stage in self._stages)
        self._out = BuildOutput(send, room, steps)
        self._cache = StepCache(self._images, disabled=not options.use_cache, cache_from=options.cache_from)
        self._done: list[_State] = []
        self._to_remove: dict[str, None] = {}

    async def run(self) -> Image:
        """Build, tag, and return the last stage's image. Raises EngineError in dockerd's words."""
        for warning in self._warnings:
            await self._out.output(2, f"{warning}\n")
        args = BuildArgs(self._options.arguments)
        for argument in self._arguments:
            self._out.step(argument.code)
            for name, default in argument.pairs:
                value = None if default is None else expand_word(default, args.known(), self._escape)
                args.declare_global(name, value)
        try:
            for stage in self._stages:
                await self._build_stage(stage, args.for_stage())
        finally:
            # Those that a failed or cancelled step left behind, if the caller wants none.
            if self._options.force_remove:
                await self._remove_containers()
        if unused := args.unused():
            self._out.text(f"[Warning] One or more build-args {show_all(unused)} were not consumed\n")
        image = self._done[-1].image
        if image is None:
            raise InvalidParameterError("No image was generated. Is your Dockerfile empty?")
        self._out.text(f"Successfully built {image.id.removeprefix('sha256:')[:12]}\n")
        for tag in self._options.tags:
            self._images.tag(image, tag)
            self._out.text(f"Successfully tagged {tag.familiar}\n")
        return image

    # --- stages ---

    async def _build_stage(self, stage: Stage, args: BuildArgs) -> None:
        if stage.name and any(state.name == stage.name for state in self._done):
            raise InvalidParameterError(f"{stage.name} stage name already used")
        self._out.step(stage.code)
        state = _State(args, stage.name)
        self._cache.reset()
        await self._begin(state, stage)
        self._out.image(state.image_id)
        for instruction in stage.instructions:
            self._out.step(instruction.code)
            await self._dispatch(state, instruction)
            self._out.image(state.image_id)
        if state.image is not None:
            self._out.result(state.image.id)
        self._done.append(state)

    async def _begin(self, state: _State, stage: Stage) -> None:
        """Find the image that a stage begins with, and do what it wants done first (ONBUILD)."""
        known = state.args.known_globally()
        platform = self._options.platform
        if stage.platform:
            platform = _platform(expand_word(stage.platform, known, self._escape))
        name = expand_word(stage.base, known, self._escape)
        if not name:
            raise InvalidParameterError(f"base name ({stage.base}) should not be blank")
        if (earlier := self._stage(name)) is not None:
            state.image = earlier.image
        elif name != SCRATCH:
            state.image = await find_or_pull(self._images, name, platform, self._options, self._out.send)
            self._keep(state.image)
        if state.image is not None:
            state.config = _config_of(state.image)
        state.config |= {"OpenStdin": False, "StdinOnce": False}
        environment = list(state.config.get("Env") or ())
        if not any(entry.startswith("PATH=") for entry in environment):
            state.config["Env"] = [*environment, f"PATH={config_changes.DEFAULT_PATH}"]
        triggers = state.config.get("OnBuild") or []
        state.config["OnBuild"] = None
        if triggers:
            await self._run_triggers(state, triggers)

    def _stage(self, name: str) -> _State | None:
        """Return an earlier stage by its name."""
        return next((state for state in self._done if state.name and state.name == name.lower()), None)

    async def _run_triggers(self, state: _State, triggers: list[str]) -> None:
        plural = "s" if len(triggers) > 1 else ""
        self._out.text(f"# Executing {len(triggers)} build trigger{plural}")
        self._out.text("\n")
        for trigger in triggers:
            parsed = parse_instructions(trigger)
            if len(parsed) != 1:
                raise InvalidParameterError("onbuild trigger should be a single expression")
            await self._dispatch(state, parsed[0][1])

    # --- steps ---

    async def _dispatch(self, state: _State, instruction: Instruction) -> None:
        state.config["Image"] = state.image_id
        variables = config_changes.variables_of(state.config.get("Env") or (), state.args)
        step = config_changes.expand(instruction, variables, self._escape)
        match step:
            case instructions.Run():
                await self._run(state, step)
            case instructions.Copy():
                await self._copy(state, step)
            case _:
                await self._change(state, step)
        if self._options.remove:
            await self._remove_containers()

    async def _change(self, state: _State, step: Instruction) -> None:
        """Do a step that changes the configuration; WORKDIR may make a folder, too."""
        if isinstance(step, instructions.Maintainer):
            state.author = step.author
        if isinstance(step, instructions.Arg):
            for name, default in step.pairs:
                state.args.declare(name, default)
        changed = config_changes.change(state.config, step, command_set=state.command_set)
        if isinstance(step, instructions.Cmd):
            state.command_set = state.command_set or bool(step.words)
        if changed.note:
            self._out.text(changed.note)
        state.config = changed.config
        if isinstance(step, instructions.Workdir):
            compared = config_changes.with_short_comment(changed.config, changed.comment)
        else:
            compared = config_changes.with_comment(changed.config, changed.comment)
        if await self._use_cache(state, compared):
            return
        container_id = new_id()
        if isinstance(step, instructions.Workdir):
            layer = await self._folder(state, changed.config["WorkingDir"])
        else:
            layer = None
        self._out.running_in(container_id)
        await self._commit(state, compared, container_id, layer)
        if self._options.remove or self._options.force_remove:
            self._out.removed(container_id)

    async def _folder(self, state: _State, path: str) -> CopyLayer | None:
        async with self._root(state.image) as root:
            layer = CopyLayer(root)
            await in_thread_to_end(layer.add_folder, path)
            return None if layer.is_empty else layer

    async def _copy(self, state: _State, step: instructions.Copy) -> None:
        if step.mode:
            raise InvalidParameterError(f"the --chmod option {NEEDS_BUILDKIT}")
        async with self._source_tree(state, step) as tree:
            copy = CopyStep(step, tree, self._context)
            try:
                await copy.find_sources(self._out.send)
                compared = config_changes.with_short_comment(state.config, copy.comment())
                if await self._use_cache(state, compared):
                    return
                async with self._root(state.image) as root:
                    layer = await copy.layer(root, state.config.get("WorkingDir") or "/")
                    await self._commit(state, compared, "", layer)
            finally:
                copy.close()

    @asynccontextmanager
    async def _source_tree(self, state: _State, step: instructions.Copy) -> AsyncIterator[SourceTree]:
        if not step.source_image:
            yield self._context.tree
            return
        image = await self._source_image(state, step.source_image)
        async with self._root(image) as root:
            yield root

    async def _source_image(self, state: _State, name: str) -> Image | None:
        """Return what `--from` names: a stage, by name or number, or an image."""
        if name.isascii() and name.isdigit() and len(name) < 10:
            number = int(name)
            if number == len(self._done):
                raise InvalidParameterError(f"invalid from flag value {name}: refers to current build stage")
            if number > len(self._done):
                raise InvalidParameterError(f"invalid from flag value {name}: index out of bounds")
            return self._done[number].image
        if (earlier := self._stage(name)) is not None:
            return earlier.image
        try:
            return await find_or_pull(
                self._images, name, self._options.platform, self._options, self._out.send
            )
        except EngineError as error:
            raise type(error)(f"invalid from flag value {name}: {error.message}") from error

    def _root(self, image: Image | None) -> AbstractAsyncContextManager[SourceTree]:
        return image_root(self._containers, image)

    async def _run(self, state: _State, step: instructions.Run) -> None:
        if step.flags:
            raise InvalidParameterError(f"the --{step.flags[0]} option {NEEDS_BUILDKIT}")
        command = config_changes.command_of(state.config, step)
        environment = list(state.config.get("Env") or ())
        arguments = [f"{name}={value}" for name, value in state.args.beside(environment).items()]
        noted = command
        if arguments:
            counted = sorted(entry for entry in arguments if state.args.matters(entry.partition("=")[0]))
            noted = [f"|{len(counted)}", *counted, *command]
        compared = {**state.config, "Cmd": noted, "Entrypoint": None}
        if await self._use_cache(state, compared):
            return
        if state.image is None:
            raise InvalidParameterError(
                "failed to create task for container: failed to create shim task: OCI runtime create failed: "
                f"unable to start container process: exec: {quote(command[0] if command else '')}: "
                "no such file or directory: unknown"
            )
        body = {name: state.config[name] for name in CONTAINER_FIELDS if name in state.config}
        body |= {
            "Image": state.image.id,
            "Cmd": command,
            "Entrypoint": [""],
            "Env": [*environment, *arguments],
            "Healthcheck": {"Test": ["NONE"]},
        }
        container, warnings = await create_container(self._containers, body, self._options.host_config)
        self._to_remove[container.id] = None
        try:
            for warning in warnings:
                self._out.warning(warning)
            self._out.running_in(container.id)
            await run_container(self._containers, container, command, self._out.output)
        except EngineError:
            if not self._options.force_remove:
                keep_container(self._containers, container)
            raise
        except BaseException:  # cancelled: nobody is there to look into the container
            await remove_container(self._containers, container.id)
            self._to_remove.pop(container.id, None)
            raise
        upper = self._containers.lifecycle.run_files(container).upper
        await self._commit(state, compared, container.id, overlay_tar.chunks(upper))
        if not self._options.remove:
            keep_container(self._containers, container)

    # --- what steps have in common ---

    async def _use_cache(self, state: _State, compared: Mapping[str, Any]) -> bool:
        found = await self._cache.find(state.image, compared, _stored(state.config))
        if found is None:
            return False
        self._out.using_cache()
        self._keep(found)
        state.image = found
        return True

    async def _commit(self, state: _State, compared: Config, container_id: str, layer: Any) -> None:
        """Make the step's image. `compared` is the configuration that the cache finds it by."""
        chunks = layer.chunks() if isinstance(layer, CopyLayer) else layer
        draft = ImageDraft(
            parent=state.image,
            config=_stored(state.config),
            created_by=" ".join(compared["Cmd"]),
            author=state.author,
            container_id=container_id,
            platform=None if state.image else self._options.platform,
            container_config={**_stored(compared), "Hostname": container_id[:12]},
        )
        state.image = await self._images.create(draft, chunks)
        self._keep(state.image)

    async def _remove_containers(self) -> None:
        for container_id in tuple(self._to_remove):
            await remove_container(self._containers, container_id)
            del self._to_remove[container_id]
            self._out.removed(container_id)


def _wanted_stages(stages: tuple[Stage, ...], options: BuildOptions) -> list[Stage]:
    """Return the stages up to the target, the last one with the labels of the options."""
    wanted = list(stages)
    if options.target:
        names = [stage.name for stage in stages]
        if options.target.lower() not in names:
            raise InvalidParameterError(f"target stage {quote(options.target)} could not be found")
        last = len(names) - 1 - names[::-1].index(options.target.lower())
        wanted = wanted[: last + 1]
    for name, value in sorted(options.labels.items()):
        label = instructions.Label(f"LABEL {name}={value}", ((name, value),), literal=True)
        wanted[-1].instructions.append(label)
    return wanted


def _platform(text: str) -> platforms.Platform:
    try:
        return platforms.parse(text)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"failed to parse platform {text}: {error.message}") from error


def _stored(config: Mapping[str, Any]) -> Config:
    """Return a configuration as images keep it: without what is empty, but for what Docker always writes."""
    return {name: value for name, value in config.items() if name in EMPTY_CONFIG or value}


def _config_of(image: Image) -> Config:
    """Return an image's configuration. Raises InvalidParameterError for one that makes no sense."""
    config = {**EMPTY_CONFIG, **(image.config.get("config") or {})}
    for name in ("Env", "Cmd", "Entrypoint", "OnBuild", "Shell"):
        value = config.get(name) or []
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise InvalidParameterError(f"damaged image: its config's {name} is no list of strings")
    for name in ("Labels", "Volumes", "ExposedPorts", "Healthcheck"):
        if not isinstance(config.get(name) or {}, dict):
            raise InvalidParameterError(f"damaged image: its config's {name} is no object")
    return config
