"""Builds an image from a Dockerfile, as BuildKit's frontend `dockerfile.v0` is asked to.

Source: BuildKit's `frontend/dockerfile/builder/build.go`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from backend.builder.build_context import scratch_folder
from backend.builder.build_state import BuildState
from backend.builder.builder import BuildInput, Source, build_image
from backend.builder.cache.step_trail import SharedSteps, StepTrail
from backend.builder.dockerfile import lint
from backend.builder.dockerfile.instruction_parser import parse_dockerfile
from backend.builder.dockerfile.lint_checks import ARGUMENT
from backend.builder.git import git_sources
from backend.buildkit.build_inputs import BuildInputs
from backend.buildkit.build_status import BuildStatus
from backend.buildkit.cache_wishes import CacheWishes
from backend.buildkit.context_paths import context_paths, may_have_triggers
from backend.buildkit.failures import located
from backend.buildkit.frontend_options import build_options, read_frontend_options
from backend.buildkit.platform_result import PlatformResult
from backend.buildkit.sessions import Session
from backend.buildkit.step_progress import StepProgress
from backend.containers.manager import Containers
from backend.errors import EngineError
from backend.images.image import Image
from backend.tasks import in_thread_to_end

UPLOADS = "http://buildkit-session/"
NO_CACHES = CacheWishes()


async def build_dockerfile(
    containers: Containers,
    state: BuildState,
    session: Session,
    attributes: Mapping[str, str],
    status: BuildStatus,
    keep: Callable[[Image], None],
    titles: Sequence[str] = (),
    shared_cache: SharedSteps | None = None,
    caches: CacheWishes = NO_CACHES,
    *,
    host_network: bool = False,
) -> list[PlatformResult]:
    """Build what the client asks for, one platform after the other; returns what came of it, kept.

    `titles` name the images in the history. Steps are looked for in `shared_cache`, too,
    which has what `caches` names. Raises EngineError
    in BuildKit's words.
    """
    options = read_frontend_options(attributes)
    wanted = options.platforms()
    results: list[PlatformResult] = []
    progress = StepProgress(status)
    text = ""
    async with scratch_folder(containers.files) as scratch, AsyncExitStack() as held:
        inputs = BuildInputs(session, options, scratch, status, held)
        try:
            source: Source = options.context
            if options.context.startswith(UPLOADS):
                context, text = await inputs.uploaded_context()
                source = BuildInput(context, text)
            elif git_sources.is_context(options.context):
                context, text = await inputs.git_context()
                source = BuildInput(context, text)
            elif not options.context:
                text = await inputs.dockerfile()
                dockerfile = await in_thread_to_end(parse_dockerfile, text)
                paths = context_paths(dockerfile)
                if options.pull or may_have_triggers(containers.images, dockerfile, options.named_contexts):
                    paths = None
                source = BuildInput(await inputs.context(paths), text)
            named_contexts = await inputs.named_contexts()
            if text:
                await _warn(status, text, options.build_arguments.get(ARGUMENT, ""))
            for platform in wanted:  # what does not depend on it is found in the cache by the later ones
                progress = StepProgress(status, str(platform) if len(wanted) > 1 else "")
                chosen = replace(
                    build_options(options, session, named_contexts, titles, platform),
                    shared_cache=shared_cache,
                    foresees=bool(caches.imports or caches.exports),
                    skips_stages=bool(caches.imports) and not caches.holds_all_steps,
                    trail=StepTrail(),
                    host_network=host_network,
                    as_buildkit=True,
                )
                image = containers.images.find(await build_image(containers, state, source, chosen, progress))
                keep(image)
                results.append(PlatformResult(platform, image, chosen.trail, chosen.epoch))
        except EngineError as error:
            raise located(error, options.filename, text, progress.failed_step) from error
        finally:
            progress.end()
    return results


async def _warn(status: BuildStatus, text: str, argument: str) -> None:
    """Tell what rules find in a Dockerfile that can be read. Raises EngineError where that ends the build."""
    await in_thread_to_end(parse_dockerfile, text)
    for one in await in_thread_to_end(lint.warnings, text, argument):
        if one.rule != "NoEmptyContinuation":  # the builder tells of these
            status.warn(f"{one.rule}: {one.detail} (line {one.first})", one.description, one.address)
