"""Builds the packages for this system: the bundle, its self-test, and what people install."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bundle import (
    PROJECT,
    architecture,
    build_bundle,
    disk_size,
    library_folder,
    list_parts,
    read_version,
    run_selftest,
    source_date,
)


def parse_arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Build Marina's packages for this system.")
    parser.add_argument("--output", type=Path, default=PROJECT / "dist", help="the folder that they go to")
    parser.add_argument("--bundle", type=Path, help="a bundle that was built before")
    parser.add_argument("--fast", action="store_true", help="compress little, for a try")
    return parser.parse_args()


def build_packages(bundle: Path, output: Path, fast: bool) -> list[Path]:
    """Return what was made of the bundle for this system's users."""
    version = read_version(bundle)
    if sys.platform == "darwin":
        return build_for_mac(bundle, version, output)
    if sys.platform == "win32":
        return build_for_windows(bundle, version, output)
    from linux.portable_archive import build_portable_archive

    made = [build_portable_archive(bundle, version, source_date(), output, fast)]
    if shutil.which("dpkg-deb"):
        from linux.debian_package import build_debian_package

        made.append(build_debian_package(bundle, version, source_date(), output, fast))
    return made


def build_for_mac(app: Path, version: str, output: Path) -> list[Path]:
    """Return disk image and archive for updates; signed by MARINA_SIGN_AS, if set, and seen by Apple."""
    from mac.app_archive import pack_app

    scripts = PROJECT / "packaging" / "mac"
    identity = os.environ.get("MARINA_SIGN_AS", "")
    subprocess.run([scripts / "sign.sh", app, *filter(None, [identity])], check=True)
    image = output / f"marina-{version}-macos-{architecture()}.dmg"
    subprocess.run([scripts / "make_dmg.sh", app, version, image], check=True)
    if identity:
        subprocess.run([scripts / "notarise.sh", image, identity], check=True)
    archive = image.with_suffix(".tar.zst")
    pack_app(app, archive)
    return [image, archive]


def build_for_windows(bundle: Path, version: str, output: Path) -> list[Path]:
    """Return the installer that Inno Setup makes."""
    values = {"Version": version, "Bundle": bundle.resolve(), "Icon": PROJECT / "build" / "marina.ico"}
    script = PROJECT / "packaging" / "windows" / "marina.iss"
    compiler = shutil.which("iscc") or r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe"
    defines = [f"/D{name}={value}" for name, value in values.items()]
    subprocess.run([compiler, "/Qp", *defines, f"/O{output.resolve()}", script], check=True)
    return [output / f"marina-{version}-windows-amd64.exe"]


def copy_part_lists(bundle: Path, output: Path) -> None:
    """Put the lists of what is in the bundle beside the packages, for tools that look for flaws in them."""
    for document in sorted((library_folder(bundle) / "resources").glob("*.cdx.json")):
        shutil.copyfile(document, output / f"marina-{read_version(bundle)}-{document.name}")


def main() -> int:
    """Build and check; return the exit status."""
    options = parse_arguments()
    options.output = options.output.resolve()
    options.output.mkdir(parents=True, exist_ok=True)
    bundle: Path = options.bundle or build_bundle(options.output, source_date())
    copy_part_lists(bundle, options.output)
    for part, size in [*list_parts(bundle), ("in all", disk_size(bundle))]:
        sys.stdout.write(f"{part:<28}{size / 1e6:7.1f} MB\n")
    sys.stdout.flush()
    if options.bundle is None and (status := run_selftest(bundle)):
        return status
    for package in build_packages(bundle, options.output, options.fast):
        sys.stdout.write(f"{package.name:<44}{package.stat().st_size / 1e6:7.1f} MB to download\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
