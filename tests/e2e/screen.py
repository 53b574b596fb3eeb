"""An X display of the test's own, a mouse that is X's, and a web browser that is real."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = (
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def open_display() -> Iterator[str]:
    """Start Xvfb on a display that is free, and yield the display's name."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as answers:
            number = answers.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


def click(environment: Mapping[str, str], x: int, y: int) -> None:
    """Move the mouse to a place of the screen and press its left button, through X."""
    subprocess.run(
        ["xdotool", "mousemove", "--sync", str(x), str(y), "click", "1"],
        env=dict(environment),
        check=True,
        timeout=20,
    )


def dump_page(url: str) -> str:
    """Return the document that a new browser makes of the page at `url`."""
    with tempfile.TemporaryDirectory(prefix="marina-chromium-") as profile:
        done = subprocess.run(
            [*CHROMIUM, f"--user-data-dir={profile}", "--dump-dom", url],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=90,
            check=True,
        )
        return done.stdout


def save_screen(environment: Mapping[str, str], picture: Path) -> None:
    """Write what the display shows to a PNG."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["import", "-window", "root", str(picture)], env=dict(environment), check=True, timeout=30)
