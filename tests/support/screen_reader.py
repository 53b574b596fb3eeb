"""What a program's windows show, as a screen reader is told: by AT-SPI, on a bus of the test's own.

Source: AT-SPI's D-Bus interfaces, and Qt's `AT_SPI_BUS_ADDRESS`, by which it takes the bus that it is told.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

ROOT = "/org/a11y/atspi/accessible/root"
ACCESSIBLE = "org.a11y.atspi.Accessible"
COMPONENT = "org.a11y.atspi.Component"
ON_SCREEN = 0
"""The corner from which places are counted."""
SENSITIVE, SHOWING = 24, 25
"""Places of states among the bits, as AT-SPI's StateType has them."""
TABLES = ("table", "tree table", "list")
ANSWER_SECONDS = 60

RULES = """
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
"""


@dataclass(frozen=True, slots=True)
class Item:
    """Something in sight: what it is, what it is called, where its middle is, whether it can be used."""

    role: str
    name: str
    x: int
    y: int
    is_enabled: bool


@contextmanager
def open_bus(socket: Path) -> Iterator[None]:
    """Run a message bus that listens at `socket` for every user, until the end of the block."""
    rules = socket.with_suffix(".conf")
    rules.write_text(RULES.format(socket=socket).lstrip())
    reader, writer = os.pipe()
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={rules}", "--nofork", f"--print-address={writer}"],
        pass_fds=[writer],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as answers:
            assert answers.readline(), "the message bus did not start"
        yield
    finally:
        bus.terminate()
        bus.wait(60)
        rules.unlink()
        socket.unlink(missing_ok=True)


class ScreenReader:
    """Reads the windows of all programs on a bus."""

    def __init__(self, socket: Path) -> None:
        self._connection: DBusConnection = open_dbus_connection(f"unix:path={socket}")

    def close(self) -> None:
        """Leave the bus."""
        self._connection.close()

    def read(self) -> list[Item]:
        """Return what is in sight, but for the rows of tables. What goes while it is read is left out."""
        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        (names,) = self._call(bus, "ListNames") or ([],)
        programs = [name for name in names if name.startswith(":") and name != self._connection.unique_name]
        return [item for program in programs for item in self._below(program, ROOT)]

    def _below(self, program: str, path: str) -> Iterator[Item]:
        (children,) = self._call(DBusAddress(path, program, ACCESSIBLE), "GetChildren") or ([],)
        for _, child in children:
            item = self._item(program, child)
            if item is not None:
                yield item
                if item.role not in TABLES:
                    yield from self._below(program, child)

    def _item(self, program: str, path: str) -> Item | None:
        """Return what is there, None where it is not in sight, with all that it holds."""
        accessible = DBusAddress(path, program, ACCESSIBLE)
        state = self._call(accessible, "GetState")
        if not state or not state[0][0] >> SHOWING & 1:
            return None
        properties = DBusAddress(path, program, "org.freedesktop.DBus.Properties")
        role = self._call(accessible, "GetRoleName")
        name = self._call(properties, "Get", "ss", (ACCESSIBLE, "Name"))
        place = self._call(DBusAddress(path, program, COMPONENT), "GetExtents", "u", (ON_SCREEN,))
        if not (role and name and place):
            return None
        left, top, width, height = place[0]
        enabled = bool(state[0][0] >> SENSITIVE & 1)
        return Item(role[0], name[0][1], left + width // 2, top + height // 2, enabled)

    def _call(
        self, address: DBusAddress, method: str, signature: str | None = None, body: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | None:
        """Return the answer, None where the one who is asked has gone."""
        message = new_method_call(address, method, signature, body)
        answer = self._connection.send_and_get_reply(message, timeout=ANSWER_SECONDS)
        return None if answer.header.message_type is MessageType.error else answer.body
