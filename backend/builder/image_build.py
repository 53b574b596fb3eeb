"""Builds an image from a Dockerfile: the stages that it needs, side by side where they can be.

Source: moby's `builder/dockerfile`; which stages are built is as in BuildKit.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from backend.builder.build_args import BuildArgs, platform_arguments
from backend.builder.build_context import BuildContext
from backend.builder.build_options import BuildOptions
from backend.builder.cache.cache_mounts import CacheMounts
from backend.builder.dockerfile import instructions
from backend.builder.dockerfile.expansion import expand_word
from backend.builder.dockerfile.go_text import show_all
from backend.builder.dockerfile.instructions import Dockerfile, Instruction, Stage
from backend.builder.progress.classic_output import short
from backend.builder.progress.progress import Progress, Step
from backend.builder.stages import stage_graph
from backend.builder.stages.shared_build import SharedBuild
from backend.builder.stages.stage_build import StageBuild
from backend.builder.stages.stage_previews import StagePreviews
from backend.builder.stages.stage_sources import SCRATCH
from backend.containers.manager import Containers
from backend.errors import EngineError, InvalidParameterError
from backend.images.image import Image

LEAST_SIDE_BY_SIDE = 2
"""Steps that work at the same time, also where there is one core: commands may wait for a network."""


@dataclass(frozen=True, slots=True)
class BuildParts:
    """What a build works with, besides its Dockerfile."""

    containers: Containers
    cache_mounts: CacheMounts
    context: BuildContext
    options: BuildOptions
    progress: Progress
    keep: Callable[[Image], None]


class ImageBuild:
    """One build."""

    def __init__(self, parts: BuildParts, dockerfile: Dockerfile) -> None:
        self._parts = parts
        self._dockerfile = dockerfile
        self._stages = dockerfile.stages
        options = parts.options
        self._target = stage_graph.target_stage(self._stages, options.target)
        if not options.as_buildkit:
            stage_graph.check_names(self._stages[: self._target + 1])
        _add_labels(self._stages[self._target], options)
        self._args = BuildArgs(options.arguments, platform_arguments(options.platform, options.target))
        self._steps: dict[int, list[Step]] = {}
        self._tasks: dict[int, asyncio.Task[Image | None]] = {}
        self._failed = False
        self._shared = SharedBuild(
            containers=parts.containers,
            cache_mounts=parts.cache_mounts,
            context=parts.context,
            options=options,
            progress=parts.progress,
            stages=self._stages,
            escape=dockerfile.escape,
            keep=parts.keep,
            made=self._made,
            start=self._started,
            tell_failure=self._tell_failure,
            working=asyncio.Semaphore(max(LEAST_SIDE_BY_SIDE, len(os.sched_getaffinity(0)))),
        )
        self._previews = StagePreviews(self._shared, self._args) if options.foresees else None

    async def run(self) -> Image:
        """Build, tag, and return the target stage's image. Raises EngineError in dockerd's words."""
        progress, options = self._parts.progress, self._parts.options
        for warning in self._dockerfile.warnings:
            progress.warning(warning)
        needed = self._declare_arguments()
        image = await self._build(needed)
        if unused := self._args.unused():
            progress.note(None, f"[Warning] One or more build-args {show_all(unused)} were not consumed\n")
        if image is None:
            raise InvalidParameterError("No image was generated. Is your Dockerfile empty?")
        progress.note(None, f"Successfully built {short(image.id)}\n")
        for tag in options.tags:
            self._parts.containers.images.tag(image, tag)
            progress.note(None, f"Successfully tagged {tag.familiar}\n")
        return image

    def _declare_arguments(self) -> list[int]:
        """Read the arguments before the first FROM; returns the stages that are needed, all steps numbered.

        Which ones these are may depend on the arguments: so the arguments are read before they are told.
        """
        arguments, escape = self._dockerfile.arguments, self._dockerfile.escape
        failure: EngineError | None = None
        declared = 0
        try:
            for argument in arguments:
                for name, default in argument.pairs:
                    value = None if default is None else expand_word(default, self._args.known(), escape)
                    self._args.declare_global(name, value)
                declared += 1
        except EngineError as error:
            failure = error
        names = self._args.known_globally()

        def base_of(stage: Stage) -> str:
            try:
                return expand_word(stage.base, names, escape)
            except InvalidParameterError:
                return ""  # the stage itself tells

        if self._parts.options.as_buildkit and failure is None:
            stage_graph.check_circles(self._stages, base_of)
        options = self._parts.options
        needed = stage_graph.needed_stages(
            self._stages, self._target, base_of, lambda name: options.named_context(name) is not None
        )
        total = len(arguments) + sum(1 + len(self._stages[number].instructions) for number in needed)
        head = [_step(number, total, argument) for number, argument in enumerate(arguments, 1)]
        before = len(head)
        for place, number in enumerate(needed):
            base = base_of(self._stages[number])
            if base == SCRATCH or stage_graph.find_stage(self._stages, base, number) is not None:
                base = ""
            self._steps[number] = self._steps_of(number, before, total, place, base)
            before += len(self._steps[number])
        progress = self._parts.progress
        progress.planned([*head, *(step for number in needed for step in self._steps[number])])
        for step in head[:declared]:
            progress.begun(step, step.code)
            progress.finished(step, "")
        if failure is not None:
            progress.begun(head[declared], head[declared].code)
            progress.failed(head[declared], failure)
            raise failure
        return needed

    def _steps_of(self, index: int, before: int, total: int, place: int, base: str = "") -> list[Step]:
        stage = self._stages[index]
        lines: list[Stage | Instruction] = [stage, *stage.instructions]
        return [
            _step(
                before + number,
                total,
                line,
                stage=stage.name or str(index),
                stage_number=place,
                stage_step=number,
                stage_steps=len(lines),
                base=base if number == 1 else "",
            )
            for number, line in enumerate(lines, 1)
        ]

    # --- stages side by side ---

    async def _build(self, needed: Sequence[int]) -> Image | None:
        try:
            # Where steps may be found without the stages that they take from, these wait until one is wanted.
            first = [self._target] if self._parts.options.skips_stages else needed
            stages = [self._started(number) for number in first]
            await asyncio.wait(stages, return_when=asyncio.FIRST_EXCEPTION)
            # The failure that came first: the others only followed.
            for stage in stages:
                if stage.done():
                    stage.result()
            for number in needed:
                if number not in self._tasks:
                    self._tell_skipped(number)
            return self._tasks[self._target].result()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _tell_skipped(self, number: int) -> None:
        """Tell of a stage that nothing was taken from: all of it was in a cache."""
        progress, steps = self._parts.progress, self._steps[number]
        shown = self._previews.shown(number) if self._previews is not None else ()
        for step, code in zip_longest(steps, (steps[0].code, *shown)[: len(steps)]):
            progress.begun(step, code or step.code)
            progress.cached(step)
            progress.finished(step, "")

    def _started(self, number: int) -> "asyncio.Task[Image | None]":
        if number not in self._tasks:
            steps = self._steps.get(number)
            if steps is None:  # only a trigger of a base image wants it: nobody could know
                steps = self._steps_of(number, 0, 0, -1)
            stage = StageBuild(self._shared, number, steps, self._args.for_stage(), self._previews)
            name = f"stage {steps[0].stage} of a build"
            self._tasks[number] = asyncio.get_running_loop().create_task(stage.run(), name=name)
        return self._tasks[number]

    async def _made(self, number: int) -> Image | None:
        """Wait for a stage's image."""
        return await asyncio.shield(self._started(number))

    def _tell_failure(self, step: Step, error: EngineError) -> None:
        if not self._failed:
            self._failed = True
            self._parts.progress.failed(step, error)


def _add_labels(stage: Stage, options: BuildOptions) -> None:
    """Give a stage the labels of the options."""
    for name, value in sorted(options.labels.items()):
        label = instructions.Label(f"LABEL {name}={value}", ((name, value),), literal=True)
        stage.instructions.append(label)


def _step(
    number: int,
    total: int,
    line: Stage | Instruction,
    *,
    stage: str = "",
    stage_number: int = -1,
    stage_step: int = 0,
    stage_steps: int = 0,
    base: str = "",
) -> Step:
    return Step(
        *(number, total, line.code, stage, stage_number, stage_step, stage_steps),
        *(line.line, line.last_line, base),
    )
