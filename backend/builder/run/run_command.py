"""The words that a RUN runs, where texts below it are a script or belong to its command.

Source: Dockerfile reference, "Here-Documents"; BuildKit's `dispatchRun`.
"""

from collections.abc import Mapping
from typing import Any

from backend.builder.dockerfile.go_text import show_all
from backend.builder.dockerfile.heredocs import Heredoc, parse_heredoc
from backend.builder.dockerfile.instructions import Run
from backend.builder.stages.config_changes import shell_of
from backend.errors import InvalidParameterError

SCRIPTS = "/dev/pipes"
"""Where a script lies that has an interpreter of its own."""


def run_command(config: Mapping[str, Any], step: Run) -> tuple[list[str], Heredoc | None]:
    """Return the words, and the script that they expect in `SCRIPTS`. Raises InvalidParameterError."""
    words, script = list(step.words), None
    if step.texts:
        if len(words) != 1 or not step.for_shell:
            raise InvalidParameterError(f"parsing produced an invalid run command: {show_all(words)}")
        first = step.texts[0]
        if parse_heredoc(words[0]) is None:
            # The shell understands them by itself.
            words = [words[0] + "".join(f"\n{text.content}{text.name}" for text in step.texts)]
        elif first.text.startswith("#!"):
            if "/" in first.name or first.name in (".", ".."):
                raise InvalidParameterError(f"{first.name} is no name for a file")
            words, script = [f"{SCRIPTS}/{first.name}"], first
        else:
            words = [first.text]
    return [*(shell_of(config) if step.for_shell else ()), *words], script
