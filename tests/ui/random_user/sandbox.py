"""Keeps what is pressed by chance from the real user: his files, his programs, his network."""

import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from tests.fakes.fake_access import NO_SUPERVISOR

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {"os.remove": 1, "os.rename": 2, "os.mkdir": 1, "os.rmdir": 1, "os.symlink": 2, "os.link": 2}
"""Audit events that change files, and how many paths each begins with (Python's table of audit events)."""
_HARMLESS = (("uname", "-p"), NO_SUPERVISOR)
"""Programs that may be started: by Python's `platform`, and in place of a real machine's supervisor."""
_SCHEMES = ("http", "https", "file", "vscode-remote")


class Sandbox:
    """What a random user may touch lies in `folder`; `escapes` names all else that was tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.escapes: list[str] = []

    def may_write(self, path: object) -> bool:
        """Return whether a path may be written to."""
        if not isinstance(path, str | bytes | os.PathLike):
            return True  # a file that is open already
        resolved = os.path.realpath(os.fsdecode(path))
        return resolved == os.devnull or Path(resolved).is_relative_to(self.folder)

    def check(self, event: str, values: tuple[Any, ...]) -> None:
        """Refuse what leads outside: raises PermissionError, as the system would. An audit hook."""
        if event == "open":
            path, _, flags = values
            if isinstance(flags, int) and flags & _WRITES:
                self._refuse_outside(event, path)
        elif event == "os.mkdir" and Path(os.fsdecode(values[0])).is_dir():
            pass  # it is there, and so nothing is made
        elif event in _CHANGES:
            for path in values[: _CHANGES[event]]:
                self._refuse_outside(event, path)
        elif event == "socket.connect":
            address = values[1]
            if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
                self._refuse(f"{event} {address}")
        elif event == "subprocess.Popen":
            if tuple(values[1]) not in _HARMLESS:
                self._refuse(f"{event} {values[1]}")
        elif event in ("os.system", "os.exec", "os.posix_spawn"):
            self._refuse(f"{event} {values[:2]}")

    def _refuse_outside(self, event: str, path: object) -> None:
        if not self.may_write(path):
            self._refuse(f"{event} {path!r}")

    def _refuse(self, what: str) -> None:
        self.escapes.append(what)
        raise PermissionError(f"outside of the test: {what}")


_current: Sandbox | None = None
_is_hooked = False


def _audit(event: str, values: tuple[Any, ...]) -> None:
    if _current is not None:
        _current.check(event, values)


@contextmanager
def sandboxed(folder: Path, chance: random.Random) -> Iterator[Sandbox]:
    """Let this process reach nothing outside of `folder` until the end of the block.

    Files are chosen by `chance`, in place of Qt's own dialog, which would show the computer's.
    """
    global _current, _is_hooked
    folder = Path(os.path.realpath(folder))
    home, work, empty = folder / "home", folder / "deep" / "down" / "here", folder / "nothing"
    for made in (home, work, empty, folder / "tmp"):
        made.mkdir(parents=True, exist_ok=True)
    sandbox, catcher = Sandbox(folder), _Catcher()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("XDG_", "DOCKER_", "MARINA_", "SSH_"))]:
            patch.delenv(name)
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(home))
        patch.setenv("PATH", str(empty))
        patch.setattr(tempfile, "tempdir", str(folder / "tmp"))
        patch.setattr(sys, "dont_write_bytecode", True)
        patch.chdir(work)
        _choose_files(patch, work, chance)
        for scheme in _SCHEMES:
            QDesktopServices.setUrlHandler(scheme, catcher, "take")  # type: ignore[arg-type]
        if not _is_hooked:
            sys.addaudithook(_audit)  # it stays: Python has no way to take one out
            _is_hooked = True
        _current = sandbox
        try:
            yield sandbox
        finally:
            _current = None
            for scheme in _SCHEMES:
                QDesktopServices.unsetUrlHandler(scheme)


class _Catcher(QObject):
    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        """Open nothing."""


def _choose_files(patch: pytest.MonkeyPatch, folder: Path, chance: random.Random) -> None:
    """Answer every question for a file: with one that is there, one that is not, a folder, or not at all."""
    there = folder / "there.txt"
    there.write_text("NAME=value\n# a remark\nOTHER=1\n", encoding="utf-8")

    def choose() -> str:
        return chance.choice(["", str(there), str(folder / "new.tar"), str(folder), str(folder / "no" / "x")])

    def choose_folder() -> str:
        return chance.choice(["", str(folder), str(folder / "no")])

    def open_dialog(dialog: QFileDialog) -> None:
        path = choose_folder() if dialog.fileMode() is QFileDialog.FileMode.Directory else choose()

        def answer() -> None:
            if path:
                dialog.fileSelected.emit(path)
            dialog.done(bool(path))

        QTimer.singleShot(0, dialog, answer)

    answers: dict[str, Callable[..., object]] = {
        "getSaveFileName": lambda *_: (choose(), ""),
        "getOpenFileName": lambda *_: (choose(), ""),
        "getOpenFileNames": lambda *_: ([path] if (path := choose()) else [], ""),
        "getExistingDirectory": lambda *_: choose_folder(),
    }
    for name, answer in answers.items():
        patch.setattr(QFileDialog, name, answer)
    patch.setattr(QFileDialog, "open", open_dialog)
