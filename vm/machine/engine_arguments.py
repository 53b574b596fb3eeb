"""The arguments that a user may give the engine, checked before a machine is started with them.

What they mean is in `backend/config.py`; a test holds both to the same.
"""

from collections.abc import Sequence

CHOICES = {
    "--layer-format": ("auto", "erofs", "folders"),
    "--log-level": ("debug", "info", "warning", "error"),
}
"""What some options take; the others of `FREE` take any text."""

FREE = ("--registry-mirror", "--insecure-registry", *CHOICES)

ELSEWHERE = {"--options": "engine_options", "--shared-folder": "shared_folders"}
"""Options that are settings of their own, by the names of these."""

OF_THE_MACHINE = (
    *("--socket", "--data-root", "--run-root", "--bundled-images", "--runtime"),
    *("--host-link", "--host-address", "--host-folders", "--host-socket"),
)
"""Places that machine and engine have agreed upon: with others nobody would find the engine, or its data."""


def check_arguments(arguments: Sequence[str]) -> None:
    """Raise ValueError, with a plain reason, for arguments with which the engine would not come up."""
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if name in OF_THE_MACHINE:
            raise ValueError(f"{name} is chosen by the machine, which would not find its engine otherwise")
        if name in ELSEWHERE:
            raise ValueError(f"{name} has a setting of its own: {ELSEWHERE[name]}")
        if name not in FREE:
            raise ValueError(f"There is no option {name}; there are {', '.join(FREE)}")
        if not equals:
            value = next(words, "")
        if not value or (not equals and value.startswith("-")):
            raise ValueError(f"{name} needs a value")
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}, not {value}")
