"""How BuildKit names the steps of a Dockerfile: `[build 2/5] RUN make`.

Source: BuildKit's `frontend/dockerfile/dockerfile2llb/convert.go`, `prefixCommand`.
"""

from collections import defaultdict
from collections.abc import Sequence

from backend.builder.progress import Step
from backend.errors import InvalidParameterError
from backend.images import reference

COUNTED = ("RUN", "COPY", "ADD", "WORKDIR")
SCRATCH = "scratch"


def step_names(steps: Sequence[Step], platform: str = "") -> dict[int, str]:
    """Return the names of steps by their numbers; those that only change the configuration have none.

    `platform` is told where there are several.
    """
    stages: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        if step.stage_number >= 0:
            stages[step.stage_number].append(step)
    known = {found[0].stage.lower() for found in stages.values()}
    several = len(stages) > 1 or any(found[0].stage != "0" for found in stages.values())
    names: dict[int, str] = {}
    for found in stages.values():
        texts = {step.number: text for step in found if (text := _text(step, known))}
        prefix = f"{platform} " if platform else ""
        prefix += f"{_title(found[0].stage)} " if several else ""
        width = len(str(len(texts)))
        for place, (number, text) in enumerate(texts.items(), 1):
            names[number] = f"[{prefix}{place:>{width}}/{len(texts)}] {text}"
    return names


def _title(stage: str) -> str:
    return f"stage-{stage}" if stage.isdigit() else stage


def _text(step: Step, stages: set[str]) -> str:
    """Return what is shown of a step, "" when it does not count: as with FROM of what is there already."""
    keyword, _, rest = step.code.partition(" ")
    if keyword.upper() in COUNTED:
        return step.code
    words = [word for word in rest.split() if not word.startswith("--")]
    if keyword.upper() != "FROM" or not words or words[0] == SCRATCH or words[0].lower() in stages:
        return ""
    try:
        return f"FROM {reference.parse(words[0]).with_default_tag()}"
    except InvalidParameterError:
        return f"FROM {words[0]}"  # has variables in it
