"""docs/screenshots: the guide's pictures, out of those that the window's tests draw.

`make guide-pictures` draws them and runs this. The picture of the installation is from the packages' tests,
and stays as it is where those have not run.
"""

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ARTIFACTS = PROJECT / "build" / "artifacts"
DRAWN = ARTIFACTS / "screens"
KEPT = PROJECT / "docs" / "screenshots"
PICTURES = {
    "welcome": "welcome",
    "containers": "demo-containers",
    "logs": "logs-merged",
    "terminal": "container-terminal",
    "stats": "container-stats",
    "files": "container-files",
    "edit": "edit-container",
    "images": "demo-images",
    "contents": "image-contents",
    "run": "run",
    "volumes": "demo-volumes",
    "networks": "demo-networks",
    "builds": "build-failed",
    "compose": "compose-project",
    "registries": "registries",
    "learn": "learn-lesson-half",
    "settings": "settings",
    "troubleshoot": "troubleshoot-checks",
}
"""The name in the guide, and that of the test's picture."""
OF_PACKAGES = {"install": "package-double-click"}
"""The same for the packages' tests."""


def main() -> None:
    """Take each picture over."""
    KEPT.mkdir(exist_ok=True)
    for name, drawn in PICTURES.items():
        take_over(DRAWN / f"{drawn}-light.png", name)
    for name, drawn in OF_PACKAGES.items():
        if (source := ARTIFACTS / f"{drawn}.png").exists():
            take_over(source, name)


def take_over(source: Path, name: str) -> None:
    """Keep a picture with 96 colours, a third of the size."""
    colours = ["-strip", "+dither", "-colors", "96", "-define", "png:exclude-chunks=date,time"]
    subprocess.run(["convert", source, *colours, f"PNG8:{KEPT / name}.png"], check=True)


if __name__ == "__main__":
    main()
