"""The lock files hold what pyproject.toml asks for: set-up installs nothing else."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = PROJECT / "packaging" / "locks"
GOALS = {
    "run": ("desktop", "build"),
    "test": ("desktop", "engine", "check", "test", "build"),
    "package": ("desktop", "package", "build"),
    "docs": ("docs", "build"),
}
"""The extras of pyproject.toml in each lock file."""


def locked(goal: str) -> dict[str, list[Requirement]]:
    """The packages of a lock file by name; one can be there for several versions of Python."""
    text = (LOCKS / f"{goal}.txt").read_text(encoding="utf-8")
    found: dict[str, list[Requirement]] = {}
    for entry in re.split(r"\n(?=\S)", text.strip()):
        line, *digests = [part.strip().rstrip("\\").strip() for part in entry.splitlines()]
        assert digests, f"{line} has no digest"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", digest) for digest in digests)
        requirement = Requirement(line)
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def version(requirement: Requirement) -> str:
    (only,) = requirement.specifier
    assert only.operator == "=="
    return only.version


@pytest.mark.parametrize("goal", GOALS)
def test_a_lock_fits_what_is_asked_for(goal: str) -> None:
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    entries = locked(goal)
    for text in (text for extra in GOALS[goal] for text in extras[extra]):
        wanted = Requirement(text)
        choices = entries.get(canonicalize_name(wanted.name), [])
        assert choices, f"{text}: run `make lock`"
        for choice in choices:
            assert wanted.specifier.contains(version(choice), prereleases=True), f"{text}: run `make lock`"


def test_one_version_serves_every_goal() -> None:
    seen: dict[tuple[str, Marker | None], str] = {}
    for goal in GOALS:
        for name, choices in locked(goal).items():
            for choice in choices:
                assert seen.setdefault((name, choice.marker), version(choice)) == version(choice), name
