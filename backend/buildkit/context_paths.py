"""Which files of its context a Dockerfile takes: the client need not send others.

Source: BuildKit's `frontend/dockerfile/dockerfile2llb` (`contextPaths`).
"""

from collections.abc import Iterable, Mapping

from backend.builder.build_options import find_context
from backend.builder.copy import remote_files
from backend.builder.copy.path_patterns import clean
from backend.builder.dockerfile.instructions import Copy, Dockerfile, Instruction, Run
from backend.builder.run import run_mounts
from backend.errors import EngineError, InvalidParameterError
from backend.images.manager import Images

SCRATCH = "scratch"
IMAGE_SCHEME, LOCAL_SCHEME = "docker-image://", "local:"


def context_paths(dockerfile: Dockerfile) -> list[str] | None:
    """Return the paths, which may have wildcards; None when it may be any: as where a variable names it."""
    found: dict[str, None] = {}
    for stage in dockerfile.stages:
        for instruction in stage.instructions:
            for path in _paths(instruction):
                wanted = clean(path).lstrip("/")
                if "$" in path or "**" in path or wanted in ("", ".") or wanted.startswith(".."):
                    return None
                found[wanted] = None
    return list(found)


def may_have_triggers(images: Images, dockerfile: Dockerfile, contexts: Mapping[str, str]) -> bool:
    """Return whether a stage may begin with instructions that only its image knows (ONBUILD).

    `contexts` are by name what stands for something else than images of these names.
    """
    stages: set[str] = set()
    for stage in dockerfile.stages:
        base = stage.base.lower()
        if base not in stages and base != SCRATCH:
            named = find_context(contexts, stage.base)
            if named is None:
                try:
                    image = images.find_listed(stage.base)
                except EngineError:
                    return True  # not here yet, or named by a variable
                if (image.config.get("config") or {}).get("OnBuild"):
                    return True
            elif not named.startswith(LOCAL_SCHEME):
                return True
        stages.add(stage.name)
    return False


def _paths(instruction: Instruction) -> Iterable[str]:
    match instruction:
        case Copy() if not instruction.source_image:
            return [path for path in instruction.sources if not remote_files.is_address(path)]
        case Run():
            return [path for mount in instruction.mounts for path in _mounted(mount)]
        case _:
            return []


def _mounted(text: str) -> list[str]:
    """Return what a mount of RUN takes of the context."""
    try:
        mount = run_mounts.parse_mount(text, str)
    except InvalidParameterError:
        return ["."]  # the step itself tells what is wrong
    takes = mount.type == "bind" and not mount.source_image
    return [mount.source or "."] if takes else []
