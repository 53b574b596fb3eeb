"""An X display of the test's own, a mouse that is X's, and a web browser that is real."""

import os
import subprocess
import time
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
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x820x24", "-nolisten", "tcp", "-noreset"],
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
        server.wait(60)


def click(environment: Mapping[str, str], x: int, y: int) -> None:
    """Move the mouse to a place of the screen and press its left button, through X."""
    subprocess.run(
        ["xdotool", "mousemove", "--sync", str(x), str(y), "click", "1"],
        env=dict(environment),
        check=True,
        timeout=60,
    )


def install_browser(home: Path) -> Path:
    """Make a program that shows a page in Chromium and keeps what it saw, the browser of the user of `home`.

    Returns the folder in which each opened page leaves its address and its document.
    Source: freedesktop.org's "Association between MIME types and applications".
    """
    program, pages = home / "browser", home / "pages"
    pages.mkdir()
    program.write_text(
        "#!/bin/sh\nset -e\n"
        f"profile=$(mktemp -d {home}/browser-XXXXXX)\n"
        f'{" ".join(CHROMIUM)} --user-data-dir="$profile" --dump-dom "$1" >"$profile/page"\n'
        f'{{ echo "$1"; cat "$profile/page"; }} >"$profile/whole"\n'
        f'mv "$profile/whole" "{pages}/$(basename "$profile")"\n'
    )
    program.chmod(0o755)
    applications, config = home / ".local" / "share" / "applications", home / ".config"
    applications.mkdir(parents=True)
    config.mkdir(exist_ok=True)
    (applications / "browser.desktop").write_text(
        f"[Desktop Entry]\nType=Application\nName=Browser\nExec={program} %u\n"
        "MimeType=x-scheme-handler/http;\n"
    )
    (config / "mimeapps.list").write_text("[Default Applications]\nx-scheme-handler/http=browser.desktop\n")
    return pages


def wait_for_pages(pages: Path, count: int, limit: float) -> list[str]:
    """Return what `count` opened pages were, each as its address and then its document."""
    deadline = time.monotonic() + limit
    while len(found := sorted(pages.iterdir())) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} pages were opened"
        time.sleep(0.1)
    return [page.read_text() for page in found]


def save_screen(environment: Mapping[str, str], picture: Path, window: str = "root") -> None:
    """Write what the display, or one window, shows to a PNG."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["import", "-window", window, str(picture)], env=dict(environment), check=True, timeout=120
    )
