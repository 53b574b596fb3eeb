"""Builds the package for this system: PyInstaller's programs, the image beside them, then a self-test."""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
IMAGE_FILES = ("vmlinux", "initramfs.img", "root.erofs", "engine.erofs", "manifest.json")


def build(dist: Path) -> Path:
    """Return the folder with the finished program. Raises CalledProcessError when PyInstaller fails."""
    command = [
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
        "--distpath", str(dist), "--workpath", str(PROJECT / "build" / "pyinstaller"),
        str(PROJECT / "packaging" / "marina.spec"),
    ]  # fmt: skip
    subprocess.run(command, check=True)
    program = dist / "marina"
    source = PROJECT / "build" / "image" / ARCHITECTURES[platform.machine().lower()]
    (program / "image").mkdir()
    for name in IMAGE_FILES:
        shutil.copyfile(source / name, program / "image" / name)
    return program


def install_tools() -> None:
    """Install PyInstaller into this environment unless it is there."""
    if importlib.util.find_spec("PyInstaller") is None:
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--editable",
            f"{PROJECT}[desktop,package]",
        ]
        subprocess.run(command, check=True)


def selftest(program: Path) -> int:
    """Run the package's own check as a user without this project would; return its exit status."""
    with tempfile.TemporaryDirectory(prefix="marina-package-") as home:
        environment = {
            name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ
        }
        environment |= {"HOME": home, "MARINA_HOME": home}
        command = [program / "marina-desktop", "--selftest"]
        return subprocess.run(command, cwd=home, env=environment, timeout=120, check=False).returncode


def main() -> int:
    """Build and check; return the exit status."""
    install_tools()
    program = build(PROJECT / "dist")
    status = selftest(program)
    size = sum(path.stat().st_size for path in program.rglob("*") if path.is_file())
    sys.stdout.write(f"{program}: {size / 1e6:.0f} MB, self-test {'failed' if status else 'passed'}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
