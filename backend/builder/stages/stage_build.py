"""Builds one stage of a Dockerfile, step by step, as Docker's classic builder does.

Source: moby's `builder/dockerfile`. Every step is an image of its own: that is the cache, and what
`docker images -a` shows.
"""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

from backend.builder.build_args import BuildArgs
from backend.builder.cache.step_cache import StepCache
from backend.builder.cache.step_trail import Foreseen
from backend.builder.copy.copy_layer import CopyLayer, Owner
from backend.builder.copy.copy_step import CopyStep
from backend.builder.copy.owners import find_owner
from backend.builder.dockerfile import instructions
from backend.builder.dockerfile.go_text import quote
from backend.builder.dockerfile.instruction_parser import parse_instructions
from backend.builder.dockerfile.instructions import Instruction
from backend.builder.progress.classic_output import short
from backend.builder.progress.progress import Step
from backend.builder.progress.shown_code import shown_code
from backend.builder.run.run_command import run_command
from backend.builder.run.run_step import (
    NotStartedError,
    create_container,
    keep_container,
    remove_container,
    run_container,
)
from backend.builder.run.step_mounts import StepMounts
from backend.builder.stages import base_images, config_changes
from backend.builder.stages.config_changes import Config
from backend.builder.stages.image_config import stored
from backend.builder.stages.image_root import image_root
from backend.builder.stages.shared_build import SharedBuild
from backend.builder.stages.stage_beginning import find_base, first_config
from backend.builder.stages.stage_previews import StagePreviews
from backend.builder.stages.stage_sources import StageSources
from backend.containers.names import new_id
from backend.errors import EngineError, InvalidParameterError
from backend.images.image import EMPTY_CONFIG, Image
from backend.images.image_creation import ImageDraft
from backend.images.layers import overlay_tar
from backend.moments import whole_seconds_text
from backend.tasks import in_thread_to_end

FRONTEND = "buildkit.dockerfile.v0"
HOSTNAME, HOSTNAME_ARGUMENT = "buildkitsandbox", "BUILDKIT_SANDBOX_HOSTNAME"
CONTAINER_FIELDS = ("Cmd", "Entrypoint", "Env", "User", "WorkingDir", "Volumes", "Labels", "ExposedPorts",
                    "StopSignal")  # fmt: skip


@dataclass(slots=True)
class _State:
    """Where a stage stands: its image so far (None before the first layer of `scratch`) and configuration."""

    image: Image | None = None
    config: Config = field(default_factory=lambda: dict(EMPTY_CONFIG))
    author: str = ""
    command_set: bool = False

    @property
    def image_id(self) -> str:
        return self.image.id if self.image else ""


class StageBuild:
    """One stage; `steps` are FROM and one for each instruction."""

    def __init__(
        self,
        shared: SharedBuild,
        number: int,
        steps: Sequence[Step],
        args: BuildArgs,
        previews: StagePreviews | None,
    ) -> None:
        self._shared = shared
        self._number = number
        self._stage = shared.stages[number]
        self._steps = steps
        self._step = steps[0]
        self._args = args
        self._state = _State()
        options = shared.options
        self._images = shared.containers.images
        self._cache = StepCache(
            self._images,
            disabled=not options.uses_cache(self._stage.name),
            cache_from=options.cache_from,
            shared=options.shared_cache,
            trail=options.trail,
            platform=options.platform,
        )
        self._previews = previews
        self._foreseen = Foreseen()
        self._rest: Sequence[Instruction] = ()
        self._find_image = base_images.pulled(self._images, options, self._show_pull)
        self._sources = StageSources(shared, number, self._find_image)
        self._to_remove: dict[str, None] = {}

    async def run(self) -> Image | None:
        """Build the stage; returns its image. Raises EngineError in dockerd's words."""
        progress = self._shared.progress
        try:
            progress.begun(self._step, self._step.code)
            await self._begin()
            progress.finished(self._step, self._state.image_id)
            for place, (step, instruction) in enumerate(
                zip(self._steps[1:], self._stage.instructions, strict=True)
            ):
                self._step = step
                self._rest = self._stage.instructions[place:]
                if self._cache.has_missed or not self._shared.options.skips_stages:
                    await self._sources.wait(instruction)
                progress.begun(step, self._shown(instruction))
                await self._dispatch(instruction)
                progress.finished(step, self._state.image_id)
        except EngineError as error:
            self._shared.tell_failure(self._step, error)
            raise
        finally:
            # Those that a failed or cancelled step left behind, if the caller wants none.
            if self._shared.options.force_remove:
                await self._remove_containers()
        return self._state.image

    def _shown(self, instruction: Instruction) -> str:
        """Return an instruction as BuildKit's clients see it."""
        if not self._shared.options.as_buildkit:
            return instruction.code
        variables = config_changes.variables_of(self._state.config.get("Env") or (), self._args)
        return shown_code(instruction, variables, self._shared.escape)

    def _note(self, text: str) -> None:
        self._shared.progress.note(self._step, text)

    def _show_pull(self, message: dict[str, Any]) -> None:
        self._shared.progress.pull(self._step, message)

    # --- the beginning ---

    async def _begin(self) -> None:
        """Find the image that the stage begins with, and do what it wants done first (ONBUILD)."""
        state = self._state
        base = await find_base(self._shared, self._number, self._args, self._find_image)
        state.image = base.image if base.stage is None else await self._shared.made(base.stage)
        state.config, triggers = first_config(state.image, as_buildkit=self._shared.options.as_buildkit)
        if base.folder is not None:
            copy = instructions.Copy(f"COPY --from={base.name} . /", (".",), "/", source_image=base.name)
            await self._copy(copy)
        if triggers:
            await self._run_triggers(triggers)

    async def _run_triggers(self, triggers: list[str]) -> None:
        plural = "s" if len(triggers) > 1 else ""
        self._note(f"# Executing {len(triggers)} build trigger{plural}")
        self._note("\n")
        for trigger in triggers:
            parsed = parse_instructions(trigger)
            if len(parsed) != 1:
                raise InvalidParameterError("onbuild trigger should be a single expression")
            await self._dispatch(parsed[0][1])

    # --- steps ---

    async def _dispatch(self, instruction: Instruction) -> None:
        state = self._state
        state.config["Image"] = state.image_id
        self._foreseen = Foreseen()
        variables = config_changes.variables_of(state.config.get("Env") or (), self._args)
        step = config_changes.expand(instruction, variables, self._shared.escape)
        match step:
            case instructions.Run():
                await self._run(step, variables)
            case instructions.Copy():
                await self._copy(step)
            case _:
                await self._change(step)
        if self._shared.options.remove:
            await self._remove_containers()

    async def _change(self, step: Instruction) -> None:
        """Do a step that changes the configuration; WORKDIR may make a folder, too."""
        state, options = self._state, self._shared.options
        if isinstance(step, instructions.Maintainer):
            state.author = step.author
        if isinstance(step, instructions.Arg):
            for name, default in step.pairs:
                self._args.declare(name, default)
        changed = config_changes.change(state.config, step, command_set=state.command_set)
        if isinstance(step, instructions.Cmd):
            state.command_set = state.command_set or bool(step.words)
        if changed.note:
            self._note(changed.note)
        state.config = changed.config
        if isinstance(step, instructions.Workdir):
            compared = config_changes.with_short_comment(changed.config, changed.comment)
        else:
            compared = config_changes.with_comment(changed.config, changed.comment)
        compared = self._for_cache(compared)
        if await self._use_cache(compared):
            return
        container_id = new_id()
        layer = None
        if isinstance(step, instructions.Workdir):
            layer = await self._folder(changed.config["WorkingDir"])
        self._note(f" ---> Running in {short(container_id)}\n")
        await self._commit(compared, container_id, layer, changed.told or changed.comment)
        if options.remove or options.force_remove:
            self._note_removed(container_id)

    async def _folder(self, path: str) -> CopyLayer | None:
        """Return the layer of a new working folder; with BuildKit it belongs to the image's user."""
        user = (self._state.config.get("User") or "") if self._shared.options.as_buildkit else ""
        async with image_root(self._shared.containers, self._state.image) as root:
            layer = CopyLayer(root, now=self._shared.options.epoch)
            owner = (
                await in_thread_to_end(partial(find_owner, root, user, as_buildkit=True)) if user else Owner()
            )
            await in_thread_to_end(layer.add_folder, path, owner)
            return None if layer.is_empty else layer

    async def _copy(self, step: instructions.Copy) -> None:
        state = self._state
        words = await self._foresee(step, state.config)
        if words:
            compared = self._for_cache(config_changes.with_short_comment(state.config, words[0]))
            if await self._use_cache(compared):
                return
        async with self._sources.source_tree(step.source_image) as tree, self._shared.working:
            options = self._shared.options
            copy = CopyStep(
                step, tree, self._shared.context, options.session, as_buildkit=options.as_buildkit
            )
            try:
                await copy.find_sources(self._show_pull)
                comment = copy.comment()
                self._foreseen = Foreseen(self._foreseen.key, (comment,))
                compared = self._for_cache(config_changes.with_short_comment(state.config, comment))
                if await self._use_cache(compared):
                    return
                async with image_root(self._shared.containers, state.image) as root:
                    layer = await copy.layer(root, state.config.get("WorkingDir") or "/", options.epoch)
                    await self._commit(compared, "", layer, f"{copy.told()} # buildkit")
            finally:
                copy.close()

    async def _run(self, step: instructions.Run, variables: Mapping[str, str]) -> None:
        state, shared = self._state, self._shared
        network = step.network.removeprefix("default") or shared.options.host_config.get("NetworkMode")
        if network == "host" and not shared.options.host_network:
            raise InvalidParameterError("network.host is not allowed")
        command, script = run_command(state.config, step)
        if not command and shared.options.as_buildkit:
            raise InvalidParameterError("failed to marshal LLB definition: arguments are required")
        environment = list(state.config.get("Env") or ())
        arguments = [f"{name}={value}" for name, value in self._args.beside(environment).items()]
        noted = command
        if arguments:
            counted = sorted(entry for entry in arguments if self._args.matters(entry.partition("=")[0]))
            if counted or not shared.options.as_buildkit:
                noted = [f"|{len(counted)}", *counted, *command]
        compared = self._for_cache({**state.config, "Cmd": noted, "Entrypoint": None})
        words = await self._foresee(step, compared)
        if words is not None and await self._use_cache({**compared, **_mounts(words, step)}):
            return
        async with AsyncExitStack() as stack:
            mounts = StepMounts(
                shared.containers,
                shared.cache_mounts,
                shared.context,
                shared.options.session,
                self._sources,
                stack,
            )
            await mounts.find(step, script, variables, shared.escape)
            self._foreseen = Foreseen(self._foreseen.key, tuple(mounts.key))
            compared |= _mounts(mounts.key, step)
            if await self._use_cache(compared):
                return
            if state.image is None:
                raise NotStartedError(
                    command,
                    "failed to create task for container: failed to create shim task: OCI runtime create "
                    "failed: unable to start container process: exec: "
                    f"{quote(command[0] if command else '')}: no such file or directory: unknown",
                )
            await mounts.hold_caches()
            async with self._shared.working:
                await mounts.prepare(state.image, state.config.get("WorkingDir") or "/")
                body = {name: state.config[name] for name in CONTAINER_FIELDS if name in state.config}
                body |= {
                    "Image": state.image.id,
                    "Cmd": command,
                    "Entrypoint": [""],
                    "Env": [*environment, *arguments, *mounts.environment],
                    "Healthcheck": {"Test": ["NONE"]},
                }
                if self._shared.options.as_buildkit:
                    body["Hostname"] = self._shared.options.arguments.get(HOSTNAME_ARGUMENT) or HOSTNAME
                await self._run_container(step, body, compared, mounts)

    async def _run_container(
        self, step: instructions.Run, body: Mapping[str, Any], compared: Config, mounts: StepMounts
    ) -> None:
        containers, options = self._shared.containers, self._shared.options
        host_config = dict(options.host_config)
        if step.network in ("none", "host"):
            host_config["NetworkMode"] = step.network
        # What a command writes to a volume of the image is lost with the classic builder; BuildKit keeps it.
        container, warnings = await create_container(
            containers, body, host_config, mounts.records, image_volumes=not options.as_buildkit
        )
        self._to_remove[container.id] = None
        try:
            for warning in warnings:
                self._note(f" ---> [Warning] {warning}\n")
            self._note(f" ---> Running in {short(container.id)}\n")
            await run_container(containers, container, body["Cmd"], self._output)
        except EngineError:
            if not options.force_remove:
                keep_container(containers, container, mounts.environment)
            raise
        except BaseException:  # cancelled: nobody is there to look into the container
            await remove_container(containers, container.id)
            self._to_remove.pop(container.id, None)
            raise
        upper = containers.lifecycle.run_files(container).upper
        await in_thread_to_end(mounts.remove_places, upper)
        told = f"RUN {' '.join(compared['Cmd'])} # buildkit"
        await self._commit(compared, container.id, overlay_tar.chunks(upper), told)
        if not options.remove:
            keep_container(containers, container)

    async def _output(self, stream: int, text: str) -> None:
        await self._shared.progress.output(self._step, stream, text)

    # --- what steps have in common ---

    async def _foresee(self, step: Instruction, compared: Config) -> tuple[str, ...] | None:
        """Return what the cache compares of the files that a step will take from other stages.

        None where no shared cache knows that while they are not built. `compared` is all else.
        """
        if self._previews is None:
            return None
        options = self._shared.options
        parent = options.trail.key_of(self._state.image)
        known = {**stored(compared), "Image": ""}
        key = await self._previews.step_key(self._number, parent, known, step, self._args)
        words: tuple[str, ...] | None = None
        if key and options.shared_cache is not None and options.skips_stages and not self._cache.has_missed:
            words = options.shared_cache.foreseen(key)
        self._foreseen = Foreseen(key, words or ())
        return words

    def _for_cache(self, compared: Config) -> Config:
        """Return what the cache finds a step by: what BuildKit makes of it is something else."""
        options = self._shared.options
        if not options.as_buildkit:
            return compared
        return {
            **compared,
            "Frontend": FRONTEND,
            "SourceDateEpoch": "" if options.epoch is None else str(options.epoch),
        }

    async def _use_cache(self, compared: Mapping[str, Any]) -> bool:
        found = await self._cache.find(self._state.image, compared, stored(self._state.config))
        if found is None:
            if self._shared.options.skips_stages:  # what comes now is done, and these are needed for it
                for stage in chain.from_iterable(map(self._sources.stages, self._rest)):
                    self._shared.start(stage)
            return False
        self._shared.progress.cached(self._step)
        self._made(compared, found)
        return True

    async def _commit(self, compared: Config, container_id: str, layer: Any, told: str) -> None:
        """Make the step's image. `compared` is the configuration that the cache finds it by, `told` what
        BuildKit's history says.
        """
        state, as_buildkit = self._state, self._shared.options.as_buildkit
        if (epoch := self._shared.options.epoch) is not None:
            container_id = ""  # each container has another one: the same build makes the same image
        chunks = layer.chunks() if isinstance(layer, CopyLayer) else layer
        draft = ImageDraft(
            parent=state.image,
            config=stored(state.config),
            created_by=told if as_buildkit else " ".join(compared["Cmd"]),
            author=state.author,
            comment=FRONTEND if as_buildkit else "",
            container_id=container_id,
            platform=None if state.image else self._shared.options.platform,
            container_config={**stored(compared), "Hostname": container_id[:12]},
            created="" if epoch is None else whole_seconds_text(epoch),
        )
        self._made(compared, await self._images.create(draft, chunks))

    def _made(self, compared: Mapping[str, Any], image: Image) -> None:
        """Go on from what a step has made."""
        self._shared.keep(image)
        self._shared.options.trail.add(self._state.image, compared, image, self._number, self._foreseen)
        self._state.image = image

    async def _remove_containers(self) -> None:
        for container_id in tuple(self._to_remove):
            await remove_container(self._shared.containers, container_id)
            del self._to_remove[container_id]
            self._note_removed(container_id)

    def _note_removed(self, container_id: str) -> None:
        self._note(f" ---> Removed intermediate container {short(container_id)}\n")


def _mounts(key: Sequence[str], step: instructions.Run) -> Config:
    """Return what the cache compares of what a command has around it."""
    if not key and step.network in ("", "default"):
        return {}
    return {"Mounts": [*key, *([f"network={step.network}"] if step.network else ())]}
