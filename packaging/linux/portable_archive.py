"""The portable archive: the bundle, and a script that puts it into the user's own home."""

import os
import shutil
import subprocess
from pathlib import Path

from bundle import PROJECT, architecture

FILES = PROJECT / "packaging" / "linux" / "files"


def build_portable_archive(bundle: Path, version: str, date: int, target: Path, fast: bool = False) -> Path:
    """Return the .tar.zst; equal bundles give equal archives. Raises CalledProcessError when tar fails."""
    name = f"marina-{version}-linux-{architecture()}"
    work = PROJECT / "build" / "portable-archive"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(bundle, work / name / "program", symlinks=True)
    for file in ("marina.desktop", "marina.svg", "install.sh"):
        shutil.copyfile(FILES / file, work / name / file)
    (work / name / "install.sh").chmod(0o755)
    shutil.copy(work / name / "install.sh", work / name / "program")  # for who removes it, long after
    archive = target / f"{name}.tar.zst"
    subprocess.run(
        [
            "tar", "--create", "--file", str(archive), "--directory", str(work), "--sort=name",
            f"--mtime=@{date}", "--owner=0", "--group=0", "--numeric-owner", "--mode=go+u,go-w",
            f"--use-compress-program=zstd -{1 if fast else 10} -T0", name,
        ],
        env=os.environ | {"LC_ALL": "C"},
        check=True,
    )  # fmt: skip
    shutil.rmtree(work)
    return archive
