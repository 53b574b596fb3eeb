"""docs/screenshots: the guide's pictures, out of those that the window's tests draw.

`make guide-pictures` draws them and runs this.
"""

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DRAWN = PROJECT / "build" / "artifacts" / "screens"
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


def main() -> None:
    """Take each picture over with 96 colours, a third of the size."""
    KEPT.mkdir(exist_ok=True)
    for name, drawn in PICTURES.items():
        source, target = DRAWN / f"{drawn}-light.png", KEPT / f"{name}.png"
        colours = ["-strip", "+dither", "-colors", "96", "-define", "png:exclude-chunks=date,time"]
        subprocess.run(["convert", source, *colours, f"PNG8:{target}"], check=True)


if __name__ == "__main__":
    main()
