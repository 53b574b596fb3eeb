"""Makes the engine disk's tree: `backend/` byte-compiled, the version, the images that ship with Marina."""

import os
import shutil
from pathlib import Path

from vm.image.guest_tools import GuestTools


def make_engine_tree(project: Path, bundled_images: Path, tree: Path, tools: GuestTools) -> None:
    """Fill `tree`, the guest's /usr/lib/marina. Raises UserError when the engine does not compile."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    for source in engine_files(project):
        target = tree / source.relative_to(project)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    images = tree / "images"
    images.mkdir()
    for source in image_files(bundled_images):
        target = images / source.relative_to(bundled_images)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(source, target) if _same_disk(source, images) else shutil.copyfile(source, target)
    tools.compile_python(tree, "backend")


def engine_files(project: Path) -> list[Path]:
    """Return the files of the engine and its version, sorted; caches and hidden files are left out."""
    found = [project / "resources" / "version.txt"]
    for folder, folders, names in os.walk(project / "backend"):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    return sorted(found)


def image_files(bundled_images: Path) -> list[Path]:
    """Return the files of all OCI layouts below a folder, sorted; [] when there are none."""
    layouts = sorted(path.parent for path in bundled_images.glob("*/oci-layout"))
    return [path for layout in layouts for path in sorted(layout.rglob("*")) if path.is_file()]


def _same_disk(source: Path, folder: Path) -> bool:
    return source.stat().st_dev == folder.stat().st_dev
