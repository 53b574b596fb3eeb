"""How BuildKit shows an instruction while it is done: with its variables replaced.

Source: BuildKit's `dockerfile2llb/convert.go` (`processCmdEnv`, `uppercaseCmd`, `summarizeHeredoc`).
"""

import contextlib
from collections.abc import Mapping

from backend.builder.dockerfile import instructions
from backend.builder.dockerfile.expansion import expand_shown, expand_word
from backend.builder.dockerfile.heredocs import parse_heredoc
from backend.builder.dockerfile.instructions import Instruction
from backend.errors import InvalidParameterError


def shown_code(step: Instruction, variables: Mapping[str, str], escape: str) -> str:
    """Return an instruction's line; `step` is as it stands in the file, as is what makes no sense."""
    is_command = isinstance(step, instructions.Run)
    code = step.code + (_summary(step) if isinstance(step, instructions.Run) else "")
    with contextlib.suppress(InvalidParameterError):
        code = (expand_shown if is_command else expand_word)(code, variables, escape)
    keyword, space, rest = code.partition(" ")
    return f"{keyword.upper()}{space}{rest}"


def _summary(step: instructions.Run) -> str:
    """Return the first line of a text that is the command."""
    if not step.texts or len(step.words) != 1 or parse_heredoc(step.words[0]) is None:
        return ""
    lines = step.texts[0].text.strip().split("\n")
    return f" ({lines[0].strip()}{'...' if len(lines) > 1 else ''})"
