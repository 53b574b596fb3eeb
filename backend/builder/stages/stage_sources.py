"""What the instructions of a stage take files from: contexts, other stages, images."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.builder.copy.source_tree import SourceTree
from backend.builder.dockerfile.instructions import Instruction
from backend.builder.stages import stage_graph
from backend.builder.stages.base_images import Find
from backend.builder.stages.image_root import image_root
from backend.builder.stages.shared_build import SharedBuild
from backend.errors import EngineError, InvalidParameterError
from backend.images.image import Image

SCRATCH = "scratch"
"""The image without a layer, which is nowhere."""


class StageSources:
    """Those of stage `number`; `find` has images that are no stages."""

    def __init__(self, shared: SharedBuild, number: int, find: Find) -> None:
        self._shared = shared
        self._number = number
        self._find = find

    async def wait(self, instruction: Instruction) -> None:
        """Wait for the stages that an instruction takes files from: before, it has not begun."""
        for stage in self.stages(instruction):
            await self._shared.made(stage)

    def stages(self, instruction: Instruction) -> list[int]:
        """Return the stages that an instruction takes files from; of what makes no sense the step tells."""
        try:
            found = [self.stage_of(name) for name in stage_graph.sources_of(instruction)]
        except InvalidParameterError:
            return []
        return [stage for stage in found if stage is not None]

    def stage_of(self, name: str) -> int | None:
        """Return the stage that `--from` names, None when it means something else.

        Raises InvalidParameterError.
        """
        options = self._shared.options
        if options.named_context(name) is not None:
            return None
        find = stage_graph.find_earlier if options.as_buildkit else stage_graph.find_source
        return find(self._shared.stages, name, self._number)

    @asynccontextmanager
    async def source_tree(self, name: str) -> AsyncIterator[SourceTree]:
        """Hold the files that `--from` names, the context's for "". Raises EngineError."""
        named = self.named_tree(name)
        if named is not None:
            yield named
            return
        async with image_root(self._shared.containers, await self.source_image(name)) as root:
            yield root

    def named_tree(self, name: str) -> SourceTree | None:
        """Return the files of a context, "" being the build's own; None when `name` is an image or stage."""
        if not name:
            return self._shared.context.tree
        named = self._shared.options.named_context(name)
        return None if isinstance(named, str) else named

    async def source_image(self, name: str) -> Image | None:
        """Return what `--from` names: a stage, by name or number, or an image."""
        options = self._shared.options
        named = options.named_context(name)
        if named == SCRATCH:
            return None
        if (stage := self.stage_of(name)) is not None:
            return await self._shared.made(stage)
        wanted = named if isinstance(named, str) else name
        try:
            image = await self._find(wanted, options.platform)
        except EngineError as error:
            if options.as_buildkit:
                raise
            raise type(error)(f"invalid from flag value {name}: {error.message}") from error
        self._shared.keep(image)
        return image
