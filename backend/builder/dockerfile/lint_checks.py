"""Which rules a Dockerfile is held to: `# check=skip=A,B;error=true`, or the build argument in its place.

Source: Docker's page "Checking your build configuration"; BuildKit's `linter.ParseLintOptions`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

ARGUMENT = "BUILDKIT_DOCKERFILE_CHECK"
_DIRECTIVE = re.compile(r"(?i)check\s*=\s*(.*)")


@dataclass(frozen=True, slots=True)
class Checks:
    """`skipped` are rules in lower case, or "all"; with `fails` a build ends where another one speaks."""

    skipped: frozenset[str] = frozenset()
    fails: bool = False

    def leaves_out(self, rule: str) -> bool:
        """Return whether a rule is not asked."""
        return "all" in self.skipped or rule.lower() in self.skipped


def read_checks(comments: Iterable[str], argument: str = "") -> Checks:
    """Return what the comments at the head of a file say, or the argument, if there is one."""
    text = argument
    if not text:
        matches = (_DIRECTIVE.match(comment) for comment in comments)
        text = next((match[1] for match in matches if match), "")
    said = dict(part.strip().partition("=")[::2] for part in text.split(";"))
    options = {name.strip().lower(): value.strip().lower() for name, value in said.items()}
    names = (name.strip() for name in options.get("skip", "").split(","))
    return Checks(frozenset(name for name in names if name), options.get("error") in ("true", "1"))
