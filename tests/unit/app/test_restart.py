"""Marina starts itself anew as it was started: from source, and as a bundle."""

import os
import sys

import pytest

from app.services.computer.restart import start_anew


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What was begun instead of this program."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda program, command, environment: commands.append(command))
    monkeypatch.setattr(sys, "orig_argv", ["python3", "-m", "app", "--getting-started"])
    monkeypatch.setattr(sys, "argv", ["/opt/marina/marina-desktop", "--getting-started"])
    return commands


def test_from_source_the_module_is_run_again(begun: list[list[str]]) -> None:
    start_anew()
    assert begun == [[sys.executable, "-m", "app", "--getting-started"]]


def test_a_bundle_is_its_own_program(begun: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    start_anew(without=["--getting-started"])
    assert begun == [[sys.executable]]
