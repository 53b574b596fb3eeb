"""How BuildKit names the steps of a Dockerfile: `[build 2/5] RUN make`.

Source: BuildKit's `frontend/dockerfile/dockerfile2llb/convert.go`, `prefixCommand`.
"""

from backend.builder.instructions import Copy, Dockerfile, Instruction, Run, Stage, Workdir
from backend.errors import InvalidParameterError
from backend.images import reference

SHOWN = (Copy, Run, Workdir)
SCRATCH = "scratch"


def step_names(dockerfile: Dockerfile) -> dict[int, str]:
    """Return the names of the steps that are shown, by their line."""
    names: dict[int, str] = {}
    several = len(dockerfile.stages) > 1
    earlier: set[str] = set()
    for number, stage in enumerate(dockerfile.stages):
        title = stage.name or (f"stage-{number}" if several else "")
        names |= _stage_names(stage, f"{title} " if title else "", stage.base.lower() in earlier)
        earlier.add(stage.name)
    return names


def _stage_names(stage: Stage, prefix: str, on_stage: bool) -> dict[int, str]:
    has_image = stage.base != SCRATCH and not on_stage
    total = has_image + sum(map(_is_shown, stage.instructions))
    width = len(str(total))
    done = 0

    def name(text: str) -> str:
        nonlocal done
        done += 1
        return f"[{prefix}{done:>{width}}/{total}] {text}"

    names = {stage.line: name(f"FROM {_full_name(stage.base)}")} if has_image else {}
    return names | {step.line: name(step.code) for step in stage.instructions if _is_shown(step)}


def _is_shown(step: Instruction) -> bool:
    return isinstance(step, SHOWN)


def _full_name(base: str) -> str:
    try:
        return str(reference.parse(base).with_default_tag())
    except InvalidParameterError:
        return base  # has variables in it
