"""Checks that an installation is complete: run by every package's test, needs no display and no engine."""

import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from app.services.errors import UserError

_ICONS = ("anchor", "containers", "images")


def run_selftest() -> int:
    """Print one line a check; return 0 when all passed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("resources", _check_resources),
        ("libraries", _check_libraries),
        ("window", _check_window),
        ("machine", _check_machine),
    )
    failed = 0
    for name, check in checks:
        try:
            result = f"ok    {name}: {check()}"
        except Exception as error:  # noqa: BLE001 - every failure is a line of the report
            failed += 1
            result = f"FAIL  {name}: {type(error).__name__}: {error}"
        sys.stdout.write(result + "\n")
    sys.stdout.flush()
    return 1 if failed else 0


def _check_resources() -> str:
    root = files("resources")
    version = (root / "version.txt").read_text(encoding="utf-8").strip()
    for name in _ICONS:
        (root / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    (root / "styles" / "marina.qss").read_text(encoding="utf-8")
    return f"version {version}"


def _check_libraries() -> str:
    import cryptography
    import paramiko
    import psutil
    import requests
    import tuf

    importlib.import_module("keyring.backends.fail")  # a key store's way is looked for at run time
    return ", ".join(
        f"{module.__name__} {module.__version__}"
        for module in (cryptography, paramiko, psutil, requests, tuf)
    )


def _check_window() -> str:
    from app.main import build_desktop, read_version
    from app.services.app_folders import AppFolders
    from app.views.application import draw_window

    with tempfile.TemporaryDirectory(prefix="marina-selftest-") as folder:
        nobody = Path(folder)
        width, height = draw_window(lambda: build_desktop(AppFolders(nobody, nobody, nobody)), read_version())
    return f"{width}x{height}"


def _check_machine() -> str:
    from app.services.machine.virtual_machine import VirtualMachine

    # in a folder of its own: the digests are not taken from an earlier look
    with tempfile.TemporaryDirectory(prefix="marina-selftest-") as folder:
        try:
            version, qemu = VirtualMachine(Path(folder)).check_parts()
        except UserError as error:
            raise RuntimeError(f"{error.summary} {error.details}") from error
    return f"image {version}, {qemu}"
