"""Whether terminals find the command `marina`; where they do not, how they come to, without an administrator.

Linux and macOS: a link in `~/.local/bin`, the place for a user's own programs (XDG base directories). Most
systems of Linux look there once it exists; a Mac does after a line in `~/.zprofile`, which is marked as ours.
Windows: the program's folder in the user's own `Path`. What belongs to somebody else is never replaced.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.services.computer.user_path import WindowsPath, holds_folder, with_folder, without_folder
from app.services.errors import UserError
from app.services.settings import write_atomically

NAME = "marina"
MARK = "# added by Marina"
EXPORT = 'export PATH="$HOME/.local/bin:$PATH"'
_PROFILES = (
    ".profile",
    ".bash_profile",
    ".bashrc",
    ".zprofile",
    ".zshenv",
    ".zshrc",
    ".config/fish/config.fish",
)
"""Files of a home in which a terminal, or the session that it is in, reads where programs are."""


class UserPath(Protocol):
    """The user's own part of `Path` on Windows."""

    def read(self) -> str:
        """Return the folders with semicolons between them. Raises OSError."""

    def write(self, text: str) -> None:
        """Replace them, and tell programs that run. Raises OSError."""


@dataclass(frozen=True, slots=True)
class OwnCommandState:
    """How a terminal finds `marina`. `is_on`: by what `OwnCommand` has made."""

    is_on: bool = False
    found: str = ""  # where a terminal finds it now, "" when it does not
    place: str = ""  # the link, or the folder in `Path`: what is made; "" when there is no program to lead to
    waits: bool = False  # it is found after the next login
    command: str = ""  # what has to be run once, where terminals do not look at the link's folder


def own_program() -> Path | None:
    """Return the program of the command line beside this one; a source tree may have none."""
    name = f"{NAME}.exe" if sys.platform == "win32" else NAME
    if not getattr(sys, "frozen", False) and sys.platform == "win32":
        return None  # its folder holds Python, too
    beside = Path(sys.executable).with_name(name)
    return beside if beside.is_file() else None


class OwnCommand:
    """Makes the link, or the entry, and takes it away. Methods block: call them in a worker."""

    def __init__(
        self,
        program: Path | None = None,
        home: Path | None = None,
        environment: Mapping[str, str] = os.environ,
        platform: str = sys.platform,
        user_path: UserPath | None = None,
    ) -> None:
        """Without `program` it is this installation's own; `user_path` is Windows' registry."""
        self._program = program or own_program()
        self._home = home or Path.home()
        self._environment, self._platform = environment, platform
        self._user_path = user_path or WindowsPath()

    @property
    def link(self) -> Path:
        """Where the command is put (not on Windows)."""
        return self._home / ".local" / "bin" / NAME

    def state(self) -> OwnCommandState:
        """Return how it stands. Raises UserError when Windows does not tell."""
        if self._program is None:
            return OwnCommandState(found=self._found())
        if self._platform == "win32":
            is_on = holds_folder(self._read_path(), self._folder)
            return OwnCommandState(is_on, self._found(), self._folder)
        is_on, looked_at = self._is_ours(), self._is_looked_at()
        later = is_on and not looked_at and self._is_named_in_a_profile()
        command = f"echo '{EXPORT}' >> ~/.profile" if is_on and not looked_at and not later else ""
        return OwnCommandState(is_on, self._found(), str(self.link), later, command)

    def turn_on(self) -> None:
        """Let terminals find the command. Raises UserError: there is none, or the place is taken."""
        if self._program is None:
            raise UserError(
                "This Marina has no program for the command line",
                "It runs from its source.",
                "Use `python -m app.cli` there, or install Marina.",
            )
        if self._platform == "win32":
            self._write_path(with_folder(self._read_path(), self._folder))
            return
        if not self._is_ours() and self.link.exists():
            raise UserError(
                "Another program is called marina",
                f"{self.link} belongs to it and stays.",
                "Move it away if you do not need it, then try again.",
            )
        try:
            self.link.parent.mkdir(parents=True, exist_ok=True)
            if not self._is_ours():
                self.link.unlink(missing_ok=True)  # it led to a program that is gone
                self.link.symlink_to(self._program)
            if self._platform == "darwin" and not self._is_looked_at():
                self._add_line()
        except (OSError, ValueError) as error:
            raise _refused(error, self.link) from error

    def turn_off(self) -> None:
        """Take away what `turn_on` made; what is somebody else's stays. Raises UserError."""
        if self._program is None:
            return
        if self._platform == "win32":
            known = self._read_path()
            if (left := without_folder(known, self._folder)) != known:
                self._write_path(left)
            return
        try:
            if self._is_ours():
                self.link.unlink()
                for folder in (self.link.parent, self.link.parent.parent):
                    with contextlib.suppress(OSError):  # it holds something else
                        folder.rmdir()
            if self._platform == "darwin":
                self._remove_line()
        except (OSError, ValueError) as error:
            raise _refused(error, self.link) from error

    # --- what is there ------------------------------------------------------------------------------------

    @property
    def _folder(self) -> str:
        assert self._program is not None
        return str(self._program.parent)

    def _found(self) -> str:
        return shutil.which(NAME, path=self._environment.get("PATH", "")) or ""

    def _is_ours(self) -> bool:
        assert self._program is not None
        return self.link.is_symlink() and os.path.realpath(self.link) == os.path.realpath(self._program)

    def _is_looked_at(self) -> bool:
        """Return whether terminals look into the link's folder."""
        folders = self._environment.get("PATH", "").split(os.pathsep)
        return str(self.link.parent) in folders or (self._platform == "darwin" and self._has_line())

    def _is_named_in_a_profile(self) -> bool:
        for name in _PROFILES:
            with contextlib.suppress(OSError, ValueError):
                if ".local/bin" in (self._home / name).read_text("utf-8"):
                    return True
        return False

    # --- a Mac's shell ------------------------------------------------------------------------------------

    @property
    def _profile(self) -> Path:
        return self._home / ".zprofile"

    def _read_profile(self) -> str:
        try:
            return self._profile.read_text("utf-8")
        except FileNotFoundError:
            return ""

    def _has_line(self) -> bool:
        try:
            return MARK in self._read_profile()
        except (OSError, ValueError):
            return False

    def _add_line(self) -> None:
        known = self._read_profile()
        gap = "" if not known or known.endswith("\n") else "\n"
        self._write_profile(f"{known}{gap}{EXPORT} {MARK}\n")

    def _remove_line(self) -> None:
        known = self._read_profile()
        left = "".join(line for line in known.splitlines(keepends=True) if MARK not in line)
        if left != known:
            self._write_profile(left)

    def _write_profile(self, text: str) -> None:
        path = Path(os.path.realpath(self._profile))  # a link into a folder of dotfiles stays one
        if not text and not self._profile.is_symlink():
            path.unlink(missing_ok=True)  # as if it had never been
            return
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        write_atomically(path, text, mode=mode)

    # --- Windows ------------------------------------------------------------------------------------------

    def _read_path(self) -> str:
        try:
            return self._user_path.read()
        except OSError as error:
            raise _refused(error, "Path") from error

    def _write_path(self, text: str) -> None:
        try:
            self._user_path.write(text)
        except OSError as error:
            raise _refused(error, "Path") from error


def _refused(error: OSError | ValueError, place: Path | str) -> UserError:
    reason = f"{error.filename or place}: {error.strerror}" if isinstance(error, OSError) else str(error)
    return UserError(
        "Where terminals find marina cannot be changed",
        reason,
        "Check the permissions of that file and of its folder.",
    )
