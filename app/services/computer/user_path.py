"""The user's own `Path` on Windows: folders in which terminals look for programs, kept in the registry.

It needs no administrator: `HKEY_CURRENT_USER\\Environment` (learn.microsoft.com, "Environment Variables").
"""

import ctypes
import sys

_HWND_BROADCAST = 0xFFFF
_WM_SETTINGCHANGE = 0x001A
_SMTO_ABORTIFHUNG = 0x0002
_BROADCAST_MS = 2_000


def with_folder(text: str, folder: str) -> str:
    """Return the folders with one more at the end; one that is among them stays where it is."""
    return text if holds_folder(text, folder) else ";".join(filter(None, (text.rstrip(";"), folder)))


def without_folder(text: str, folder: str) -> str:
    """Return the folders without one; the others stay as they are written."""
    if not holds_folder(text, folder):
        return text
    return ";".join(part for part in text.split(";") if not _is_same(part, folder))


def holds_folder(text: str, folder: str) -> bool:
    """Return whether a folder is among them, however it is written."""
    return any(_is_same(part, folder) for part in text.split(";"))


def _is_same(part: str, folder: str) -> bool:
    return part.strip().strip('"').rstrip("\\").casefold() == folder.rstrip("\\").casefold()


class WindowsPath:
    """Reads and writes the registry; on other systems there is nothing to read."""

    def read(self) -> str:
        """Return the folders, with variables as they are written. Raises OSError."""
        if sys.platform != "win32":
            return ""
        import winreg

        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Environment") as key:
            try:
                return str(winreg.QueryValueEx(key, "Path")[0])
            except FileNotFoundError:
                return ""

    def write(self, text: str) -> None:
        """Replace the folders, and tell programs that run, so that a new terminal knows. Raises OSError."""
        if sys.platform != "win32":
            return
        import winreg

        access = winreg.KEY_SET_VALUE
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Environment", 0, access) as key:
            if text:
                winreg.SetValueEx(key, "Path", 0, winreg.REG_EXPAND_SZ, text)
            else:
                winreg.DeleteValue(key, "Path")
        ctypes.windll.user32.SendMessageTimeoutW(
            _HWND_BROADCAST, _WM_SETTINGCHANGE, 0, "Environment", _SMTO_ABORTIFHUNG, _BROADCAST_MS, None
        )
