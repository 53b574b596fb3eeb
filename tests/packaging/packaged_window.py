"""An installed Marina's window on a display of its own: read by a screen reader, used by keys and mouse."""

import os
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.screen import click, open_display, save_screen
from tests.support.fresh_computer import USER, FreshComputer
from tests.support.screen_reader import Item, ScreenReader, open_bus

BOOT_SECONDS = 240
PID_FILE = "/tmp/desktop.pid"
BUS = "/tmp/screen-reader"
PICTURES = Path(__file__).parents[2] / "build" / "artifacts"


@dataclass(frozen=True)
class Window:
    """The program behind it, and what a user has: a display, a screen reader, keys and a mouse."""

    process: "subprocess.Popen[bytes]"
    display: str
    log: Path
    reader: ScreenReader

    def press(self, title: str, *keys: str) -> bool:
        """Give keys to the window of that title; return whether there is one."""
        found = self._tell("search", "--onlyvisible", "--name", f"^{title}$").split()
        if found:
            self._tell("windowfocus", "--sync", found[-1], "key", "--clearmodifiers", *keys)
        return bool(found)

    def wait_for(self, words: str) -> Item:
        """Wait until something that is called so is in sight, or so at its beginning, and return it."""
        found: list[Item] = []

        def look() -> bool:
            found[:] = [item for item in self.reader.read() if item.name.startswith(words)]
            return bool(found)

        try:
            wait_until(look, f"{words!r} is in sight")
        except AssertionError as error:
            names = [item.name for item in self.reader.read() if item.name]
            raise AssertionError(f"{error}; in sight are {names}\n{self.log.read_text()}") from error
        return next((item for item in found if item.name == words), found[0])

    def shows(self, words: str) -> bool:
        """Return whether something whose name begins with these words is in sight now."""
        return any(item.name.startswith(words) for item in self.reader.read())

    def click(self, words: str) -> None:
        """Click on what `wait_for` returns, once it can be used."""
        wait_until(lambda: self.wait_for(words).is_enabled, f"{words!r} can be used")
        item = self.wait_for(words)
        click(self._environment, item.x, item.y)

    def save(self, name: str) -> None:
        """Keep a picture of the screen."""
        save_screen(self._environment, PICTURES / f"package-{name}.png")

    @property
    def _environment(self) -> dict[str, str]:
        return {"DISPLAY": self.display, "PATH": os.environ["PATH"]}

    def _tell(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,  # a window may be gone by now
        )
        return done.stdout


@contextmanager
def open_window(computer: FreshComputer, *options: str, **values: str) -> Iterator[Window]:
    """Open Marina's window with `values` in its environment, and quit it at the end unless it has quit."""
    command = shlex.join(["marina-desktop", *options])
    bus = computer.root / BUS.removeprefix("/")
    with open_display() as display, tempfile.TemporaryDirectory() as folder, open_bus(bus):
        log = Path(folder) / "desktop.log"
        with log.open("wb") as output:
            desktop = subprocess.Popen(
                computer.command("sh", "-c", f"echo $$ >{PID_FILE}; exec {command}"),
                env=computer.environment(
                    USER, DISPLAY=display, AT_SPI_BUS_ADDRESS=f"unix:path={BUS}", **values
                ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        reader = ScreenReader(bus)
        try:
            yield Window(desktop, display, log, reader)
        finally:
            reader.close()
            if desktop.poll() is None:
                computer.run("sh", "-c", f"kill $(cat {PID_FILE})")
            desktop.wait(timeout=60)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = BOOT_SECONDS) -> None:
    """Wait as long as a machine takes to boot, or so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)
