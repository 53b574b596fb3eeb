"""Which stages of a Dockerfile a build needs, and what each of them waits for.

Source: Dockerfile reference, "FROM", "COPY --from", "RUN --mount"; BuildKit builds no others either.
"""

import re
from collections.abc import Callable, Sequence
from graphlib import CycleError, TopologicalSorter

from backend.builder.dockerfile import instructions
from backend.builder.dockerfile.go_text import quote
from backend.builder.dockerfile.instructions import Instruction, Stage
from backend.builder.run import run_mounts
from backend.errors import InvalidParameterError


def target_stage(stages: Sequence[Stage], target: str) -> int:
    """Return the number of the stage that is asked for, the last one without a name.

    Raises InvalidParameterError.
    """
    if not target:
        return len(stages) - 1
    names = [stage.name for stage in stages]
    if target.lower() in names:
        return len(names) - 1 - names[::-1].index(target.lower())
    if target.isascii() and target.isdigit() and len(target) < 10 and int(target) < len(stages):
        return int(target)
    raise InvalidParameterError(f"target stage {quote(target)} could not be found")


def check_names(stages: Sequence[Stage]) -> None:
    """Raise InvalidParameterError when two stages have one name."""
    seen: set[str] = set()
    for name in (stage.name for stage in stages if stage.name):
        if name in seen:
            raise InvalidParameterError(f"{name} stage name already used")
        seen.add(name)


def find_stage(stages: Sequence[Stage], name: str, before: int) -> int | None:
    """Return the number of the stage of a name that stands before another one: the last that does.

    Only BuildKit's clients may give a name twice.
    """
    wanted = name.lower()
    numbers = reversed(range(before))
    return next((number for number in numbers if stages[number].name == wanted and wanted), None)


def find_source(stages: Sequence[Stage], name: str, here: int) -> int | None:
    """Return the stage that `--from` of stage `here` means, None when it means an image.

    Raises InvalidParameterError for numbers of none.
    """
    if name.isascii() and name.isdigit() and len(name) < 10:
        number = int(name)
        if number == here:
            raise InvalidParameterError(f"invalid from flag value {name}: refers to current build stage")
        if number > here:
            raise InvalidParameterError(f"invalid from flag value {name}: index out of bounds")
        return number
    return find_stage(stages, name, here)


def find_earlier(stages: Sequence[Stage], name: str, here: int) -> int | None:
    """Return what `find_source` returns, as BuildKit has it: a name means the last stage of that name.

    Raises InvalidParameterError for stages that are not there yet, and numbers of none.
    """
    number = _find_anywhere(stages, name)
    if number is not None and number >= here:
        raise InvalidParameterError(
            f"cannot copy from stage {quote(name)}, it needs to be defined before current stage "
            f"{quote(_shown(stages, here))}"
        )
    return number


def _find_anywhere(stages: Sequence[Stage], name: str) -> int | None:
    if re.fullmatch(r"[-+]?[0-9]{1,9}", name):
        if 0 <= int(name) < len(stages):
            return int(name)
        raise InvalidParameterError(f"invalid stage index {int(name)}")
    wanted = name.lower()
    backwards = reversed(range(len(stages)))
    return next((number for number in backwards if stages[number].name == wanted and wanted), None)


def check_circles(stages: Sequence[Stage], base_of: Callable[[Stage], str]) -> None:
    """Look whether a stage, wherever in the file, would be made of itself. Raises InvalidParameterError."""
    made_of: TopologicalSorter[int] = TopologicalSorter()
    for number, stage in enumerate(stages):
        base = find_stage(stages, base_of(stage), number)
        sources = [_find_anywhere(stages, name) for each in stage.instructions for name in sources_of(each)]
        made_of.add(number, *(source for source in (base, *sources) if source is not None))
    try:
        made_of.prepare()
    except CycleError as error:
        name = _shown(stages, min(error.args[1]))
        raise InvalidParameterError(f"circular dependency detected on stage: {name}") from error


def _shown(stages: Sequence[Stage], number: int) -> str:
    return stages[number].name or f"stage-{number}"


def sources_of(instruction: Instruction) -> list[str]:
    """Return what an instruction takes files from: names of stages or images."""
    if isinstance(instruction, instructions.Copy):
        return [instruction.source_image] if instruction.source_image else []
    if isinstance(instruction, instructions.Run):
        mounts = [run_mounts.parse_mount(text, None) for text in instruction.mounts]
        return [mount.source_image for mount in mounts if mount.source_image]
    return []


def needed_stages(
    stages: Sequence[Stage],
    target: int,
    base_of: Callable[[Stage], str],
    is_replaced: Callable[[str], bool] = lambda name: False,
) -> list[int]:
    """Return the numbers of the stages that the target is made of, in the file's order.

    `base_of` gives the name that a stage begins with, `is_replaced` tells of which names something else
    stands for the stage. What makes no sense is left for the step itself to
    tell.
    """
    needed: set[int] = set()
    waiting = [target]
    while waiting:
        here = waiting.pop()
        if here in needed:
            continue
        needed.add(here)
        name = base_of(stages[here])
        base = find_stage(stages, name, here)
        found = [base] if base is not None and not is_replaced(name) else []
        for instruction in stages[here].instructions:
            for name in sources_of(instruction):
                try:
                    source = find_source(stages, name, here)
                except InvalidParameterError:
                    continue
                if source is not None and not is_replaced(name):
                    found.append(source)
        waiting += found
    return sorted(needed)
