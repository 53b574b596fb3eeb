"""Builds the packages for this system: the bundle, its self-test, and what people install."""

import os
import platform
import subprocess
import sys
from pathlib import Path

from bundle import PROJECT, build_bundle, disk_size, list_parts, run_selftest


def source_date() -> int:
    """Return the time of the newest commit, in Unix seconds: equal sources give equal packages."""
    if value := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(value)
    command = ["git", "-C", str(PROJECT), "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def build_packages(bundle: Path, dist: Path) -> list[Path]:
    """Return what was made of the bundle for this system's users."""
    version = (PROJECT / "resources" / "version.txt").read_text(encoding="utf-8").strip()
    if sys.platform != "linux":
        return []
    from linux.portable_archive import build_portable_archive

    made = [build_portable_archive(bundle, version, source_date(), dist)]
    if "debian" in platform.freedesktop_os_release().get("ID_LIKE", "debian"):
        from linux.debian_package import build_debian_package

        made.append(build_debian_package(bundle, version, source_date(), dist))
    return made


def main() -> int:
    """Build and check; return the exit status."""
    dist = PROJECT / "dist"
    bundle = build_bundle(dist)
    for part, size in [*list_parts(bundle), ("in all", disk_size(bundle))]:
        sys.stdout.write(f"{part:<28}{size / 1e6:7.1f} MB\n")
    sys.stdout.flush()
    if status := run_selftest(bundle):
        return status
    for package in build_packages(bundle, dist):
        sys.stdout.write(f"{package.name:<44}{package.stat().st_size / 1e6:7.1f} MB to download\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
