"""How BuildKit names the steps of a Dockerfile: `[build 2/5] RUN make`.

Source: BuildKit's `frontend/dockerfile/dockerfile2llb/convert.go`, `prefixCommand`.
"""

from collections import defaultdict
from collections.abc import Sequence

from backend.builder.progress.progress import Step
from backend.errors import InvalidParameterError
from backend.images import reference

COUNTED = ("RUN", "COPY", "ADD", "WORKDIR")


def step_places(steps: Sequence[Step], platform: str = "") -> dict[int, str]:
    """Return the places of steps by their numbers, as `[build 2/5]`.

    Those that only change the configuration have none. `platform` is told where there are several.
    """
    stages: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        if step.stage_number >= 0:
            stages[step.stage_number].append(step)
    several = len(stages) > 1 or any(found[0].stage != "0" for found in stages.values())
    places: dict[int, str] = {}
    for found in stages.values():
        numbers = [step.number for step in found if _counts(step)]
        prefix = f"{platform} " if platform else ""
        prefix += f"{_title(found[0].stage)} " if several else ""
        width = len(str(len(numbers)))
        for place, number in enumerate(numbers, 1):
            places[number] = f"[{prefix}{place:>{width}}/{len(numbers)}]"
    return places


def image_name(name: str) -> str:
    """Return an image's whole name."""
    try:
        return str(reference.parse(name).with_default_tag())
    except InvalidParameterError:
        return name


def _title(stage: str) -> str:
    return f"stage-{stage}" if stage.isdigit() else stage


def _counts(step: Step) -> bool:
    """Return whether a step is shown: FROM is where it names an image."""
    return bool(step.base) or step.code.partition(" ")[0].upper() in COUNTED
