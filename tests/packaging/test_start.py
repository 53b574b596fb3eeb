"""A packaged program that runs on while an upgrade puts another one in its place."""

import subprocess
import sys
from pathlib import Path

PACKAGING = Path(__file__).parents[2] / "packaging"
PROGRAM = """
import sys
import start

start.settle_streams()
start.keep_program()
print("ready", flush=True)
sys.stdin.readline()
import colorsys  # for the first time

print(colorsys.__name__)
"""


def test_a_program_imports_its_own_modules_after_an_upgrade(tmp_path: Path) -> None:
    source = tmp_path / "long.py"
    source.write_text(PROGRAM)
    subprocess.run(
        [
            sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=ERROR", f"--paths={PACKAGING}",
            f"--distpath={tmp_path / 'dist'}", f"--workpath={tmp_path / 'build'}", f"--specpath={tmp_path}",
            source,
        ],
        check=True,
        timeout=300,
    )  # fmt: skip
    program = tmp_path / "dist" / "long" / "long"
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    upgrade = tmp_path / "upgrade"
    upgrade.write_bytes(b"another program" * 1_000_000)
    upgrade.replace(program)  # as dpkg does it
    assert process.communicate("go on\n", timeout=120)[0] == "colorsys\n"
    assert process.returncode == 0
