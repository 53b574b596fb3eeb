"""How BuildKit names the steps of a Dockerfile: `[build 2/5] RUN make`.

Source: BuildKit's `frontend/dockerfile/dockerfile2llb/convert.go`, `prefixCommand`.
"""

from backend.builder.instructions import Copy, Dockerfile, Instruction, Run, Stage, Workdir
from backend.errors import InvalidParameterError
from backend.images import reference

SHOWN = (Copy, Run, Workdir)
SCRATCH = "scratch"


def step_names(dockerfile: Dockerfile) -> list[str | None]:
    """Return the names of all steps in the file's order; None for those that are not shown."""
    names: list[str | None] = [None] * len(dockerfile.arguments)
    several = len(dockerfile.stages) > 1
    earlier: set[str] = set()
    for number, stage in enumerate(dockerfile.stages):
        title = stage.name or (f"stage-{number}" if several else "")
        names += _stage_names(stage, f"{title} " if title else "", stage.base.lower() in earlier)
        earlier.add(stage.name)
    return names


def _stage_names(stage: Stage, prefix: str, on_stage: bool) -> list[str | None]:
    has_image = stage.base != SCRATCH and not on_stage
    total = has_image + sum(map(_is_shown, stage.instructions))
    width = len(str(total))
    done = 0

    def name(text: str) -> str:
        nonlocal done
        done += 1
        return f"[{prefix}{done:>{width}}/{total}] {text}"

    names: list[str | None] = [name(f"FROM {_full_name(stage.base)}") if has_image else None]
    names += [name(step.code) if _is_shown(step) else None for step in stage.instructions]
    return names


def _is_shown(step: Instruction) -> bool:
    return isinstance(step, SHOWN)


def _full_name(base: str) -> str:
    try:
        return str(reference.parse(base).with_default_tag())
    except InvalidParameterError:
        return base  # has variables in it
