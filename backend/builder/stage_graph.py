"""Which stages of a Dockerfile a build needs, and what each of them waits for.

Source: Dockerfile reference, "FROM", "COPY --from", "RUN --mount"; BuildKit builds no others either.
"""

from collections.abc import Callable, Sequence

from backend.builder import instructions, run_mounts
from backend.builder.go_text import quote
from backend.builder.instructions import Instruction, Stage
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
    """Return the number of the stage of a name that stands before another one."""
    wanted = name.lower()
    return next((number for number in range(before) if stages[number].name == wanted and wanted), None)


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


def sources_of(instruction: Instruction) -> list[str]:
    """Return what an instruction takes files from: names of stages or images."""
    if isinstance(instruction, instructions.Copy):
        return [instruction.source_image] if instruction.source_image else []
    if isinstance(instruction, instructions.Run):
        mounts = [run_mounts.parse_mount(text, None) for text in instruction.mounts]
        return [mount.source_image for mount in mounts if mount.source_image]
    return []


def needed_stages(stages: Sequence[Stage], target: int, base_of: Callable[[Stage], str]) -> list[int]:
    """Return the numbers of the stages that the target is made of, in the file's order.

    `base_of` gives the name that a stage begins with. What makes no sense is left for the step itself to
    tell.
    """
    needed: set[int] = set()
    waiting = [target]
    while waiting:
        here = waiting.pop()
        if here in needed:
            continue
        needed.add(here)
        base = find_stage(stages, base_of(stages[here]), here)
        found = [base] if base is not None else []
        for instruction in stages[here].instructions:
            for name in sources_of(instruction):
                try:
                    source = find_source(stages, name, here)
                except InvalidParameterError:
                    continue
                if source is not None:
                    found.append(source)
        waiting += found
    return sorted(needed)
