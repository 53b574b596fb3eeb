"""Collects the window's texts into the .ts files and builds the .qm files from them."""

import subprocess
import sys
from pathlib import Path

from tests.support.service_templates import TARGET, write_module

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = {"marina_en": ["-pluralonly"], "marina_zh_CN": []}


def collect(language: str, target: Path) -> None:
    """Bring the .ts file at `target` up to the sources; `language` names its options."""
    sources = sorted(
        path for folder in ("app/viewmodels", "app/views") for path in (ROOT / folder).rglob("*.py")
    )
    command = ["pyside6-lupdate", *map(str, sources), *LANGUAGES[language], "-ts", str(target)]
    _run([*command, "-no-obsolete", "-locations", "none"])


def build(source: Path, target: Path) -> None:
    """Build a .qm file."""
    _run(["pyside6-lrelease", str(source), "-qm", str(target)])


def _run(command: list[str]) -> None:
    program = Path(sys.executable).with_name(command[0])
    subprocess.run([str(program), *command[1:]], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


if __name__ == "__main__":
    TARGET.write_text(write_module(), "utf-8")
    for name in LANGUAGES:
        collect(name, FOLDER / f"{name}.ts")
        build(FOLDER / f"{name}.ts", FOLDER / f"{name}.qm")
