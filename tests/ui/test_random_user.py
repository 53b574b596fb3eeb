"""What keeps a random user from the real one's things, and what notices that something has gone wrong."""

import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer, qWarning
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.viewmodels.background import Background
from tests.ui.conftest import delete_now
from tests.ui.helpers import wait_for
from tests.ui.random_user.sandbox import sandboxed
from tests.ui.random_user.watch import watching


def test_nothing_outside_of_the_folder_is_reached(qapp: QApplication, tmp_path: Path) -> None:
    del qapp
    inside, outside = tmp_path / "inside", tmp_path / "outside.txt"
    inside.mkdir()
    with sandboxed(inside, random.Random(1)) as sandbox:
        (inside / "mine.txt").write_text("mine", encoding="utf-8")
        assert (Path.cwd() / "there.txt").read_text(encoding="utf-8").startswith("NAME=")
        assert not sandbox.escapes
        with pytest.raises(PermissionError):
            outside.write_text("not mine", encoding="utf-8")
        with pytest.raises(PermissionError):
            (inside / "mine.txt").rename(outside)
        with pytest.raises(PermissionError):
            subprocess.run([sys.executable, "--version"], check=False)
        with socket.socket() as connection, pytest.raises(PermissionError):
            connection.connect(("192.0.2.1", 80))
        assert len(sandbox.escapes) == 4
        chosen = {QFileDialog.getSaveFileName(None, "Save")[0] for _ in range(50)}
        assert all(path == "" or Path(path).is_relative_to(inside) for path in chosen)
    outside.write_text("again", encoding="utf-8")


def test_what_must_not_happen_is_noted(qapp: QApplication, qtbot: QtBot) -> None:
    def fail() -> None:
        raise KeyError("in a slot")

    with watching(longest_turn=60.0) as watch:
        QTimer.singleShot(0, fail)
        qapp.processEvents()
        assert "KeyError: 'in a slot'" in watch.findings.pop()
        qWarning("something is odd")
        assert watch.findings.pop() == "Qt: something is odd"
        background = Background()
        told: list[Exception] = []
        for error in (OSError("expected"), IndexError("a mistake")):
            background.run(lambda error=error: _raise(error), failed=told.append)  # type: ignore[misc]
        wait_for(qtbot, lambda: len(told) == 2)
        background.close(wait_ms=60_000)
        assert len(watch.findings) == 1
        assert "IndexError: a mistake" in watch.findings.pop()
        delete_now(background)
        watch.look_at_turns()
        assert not watch.findings


def _raise(error: Exception) -> None:
    raise error
