"""Containers in the window: run with a port, a variable and a volume; log, page, terminal, files, changes."""

import http.client
import os
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from app.services.containers.web_probe import wait_for_page
from app.viewmodels.containers.containers import PORTS
from app.views.pages.containers.container_files_view import ContainerFilesView
from app.views.widgets.log.log_view import LogView
from app.views.widgets.table import RowTable
from app.views.widgets.terminal.terminal_view import TerminalView
from tests.e2e.screen import CHROMIUM
from tests.support.native_engine import NativeEngine
from tests.window.hands import Hands, drop, names, texts

Save = Callable[[QWidget, str], None]
WEB = "marina/getting-started"
HEADING = "<h1>Your first container is running</h1>"
PAGE_SECONDS = 60.0
SERVER = ("sh", "-c", 'echo "$GREETING" >>/data/index.html; exec httpd -f -p 80 -h /data')


def free_port() -> int:
    """Return a port of the window's network namespace that nobody holds: all in there is the tests' own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def read_page(port: int) -> str:
    """Return what a page says once it answers."""
    assert wait_for_page(f"http://127.0.0.1:{port}/", PAGE_SECONDS, lambda: True), f"nothing at {port}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def show_in_browser(url: str, folder: Path) -> str:
    """Return the document that Chromium makes of a page; it runs where the window does."""
    done = subprocess.run(
        [*CHROMIUM, f"--user-data-dir={folder}", "--dump-dom", url],
        env=os.environ | {"HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def server(hands: Hands, engine: NativeEngine) -> str:
    """A container that serves a volume on a port that a variable says; it is in the list."""
    options = f"--name=server --stop-signal=KILL -e GREETING=hello -v pages:/data -p {free_port()}:80"
    made = engine.docker("run", "-d", *options.split(), "busybox", *SERVER)
    hands.row_of(hands.window.containers.list, "server")
    return made.stdout.decode().strip()


def test_an_image_is_run_its_log_read_its_page_opened_and_it_is_removed(
    hands: Hands, engine: NativeEngine, opened_urls: list[str], tmp_path: Path, save_picture: Save
) -> None:
    window = hands.window
    hands.show("images")
    save_picture(window, "images")
    hands.press_action(window.images.list, f"{WEB}:latest", "run")
    hands.wait(lambda: hands.see(QLineEdit, "run.name").text() == "getting-started")
    assert hands.see(QLineEdit, "run.port.0.container").text() == "80"
    hands.write("run.environment", "MODE=fast\nNOTE='two words'")
    hands.press("run.volume.add")
    hands.write("run.volume.0.source", "pages")
    hands.write("run.volume.0.target", "/data")
    port = hands.see(QLineEdit, "run.port.0.host").text()
    save_picture(hands.see(QWidget, "run"), "run")
    hands.press("run.start")
    hands.wait(lambda: window.banner.text == f"getting-started is running at http://localhost:{port}")
    table = window.containers.list
    row = hands.row_of(table, "getting-started")
    hands.wait(lambda: hands.desktop.containers.running == 1)
    made = engine.request("GET", "/containers/getting-started/json").json
    assert {"MODE=fast", "NOTE=two words"} <= set(made["Config"]["Env"])
    assert [(m["Name"], m["Destination"]) for m in made["Mounts"]] == [("pages", "/data")]
    place = table.visualRect(table.model().index(row, PORTS))
    spot = QPoint(place.left() + 20, place.center().y())
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert opened_urls == [f"http://localhost:{port}"]
    assert wait_for_page(opened_urls[0], PAGE_SECONDS, lambda: True)
    assert HEADING in show_in_browser(opened_urls[0], tmp_path)
    save_picture(window, "containers")
    window.containers.show_container(made["Id"], "logs")
    log = hands.see(LogView, "containers.logs.text")
    hands.wait(
        lambda: "is served on port 80" in log.all_text() and "/style.css" in log.all_text(), log.all_text
    )
    hands.wait_for_text("containers.logs.state", "Live")
    save_picture(window, "container-logs")
    hands.press("containers.detail.back")
    hands.press_action(table, "getting-started", "delete")
    hands.press("containers.delete.confirm")
    hands.wait(lambda: not names(table), lambda: f"{names(table)} stays")
    assert engine.request("GET", "/containers/getting-started/json").status == 404


def test_a_shell_in_the_terminal_follows_the_size(hands: Hands, server: str, save_picture: Save) -> None:
    hands.window.containers.show_container(server, "terminal")
    screen = hands.see(TerminalView, "containers.terminal.1.screen")
    hands.wait(lambda: screen.text().endswith("#"), screen.text)
    hands.type(screen, "printf '42 \\344\\270\\255\\346\\226\\207 in %s\\n' $HOSTNAME\r")
    hands.wait(lambda: f"42 中文 in {server[:12]}" in screen.text(), screen.text)

    def ask_size(mark: str) -> tuple[int, int]:
        """Let the shell say how large its terminal is."""
        hands.type(screen, f"echo {mark}=$(stty size)=\r")
        answer = re.compile(rf"^{mark}=(\d+) (\d+)=$", re.MULTILINE)
        hands.wait(lambda: answer.search(screen.text()), screen.text)
        [(rows, columns)] = answer.findall(screen.text())
        return int(rows), int(columns)

    rows, columns = ask_size("large")
    size = hands.window.size()
    hands.window.resize(960, 620)
    try:
        marks = (f"small{number}" for number in range(1000))
        hands.wait(lambda: (now := ask_size(next(marks)))[0] < rows and now[1] < columns)
    finally:
        hands.window.resize(size)
    save_picture(hands.window, "container-terminal")
    hands.type(screen, "exit 3\r")
    hands.wait_for_text("containers.terminal.1.banner.text", "code 3")


def test_a_change_makes_it_anew_and_one_that_fails_is_taken_back(
    hands: Hands, engine: NativeEngine, server: str, save_picture: Save
) -> None:
    table, port = hands.window.containers.list, free_port()
    hands.choose(table, "server", "edit")
    environment = hands.see(QPlainTextEdit, "edit.environment")
    hands.wait(lambda: "GREETING=hello" in environment.toPlainText(), environment.toPlainText)
    hands.write("edit.environment", environment.toPlainText().replace("hello", "changed"))
    hands.write("edit.port.0.host", str(port))
    save_picture(hands.see(QWidget, "edit"), "edit")
    hands.press("edit.apply")
    hands.gone("edit")
    hands.wait_for_text("containers.notice.text", "server was changed.")
    assert read_page(port) == "hello\nchanged\n", "the volume has what both of them wrote"
    changed = engine.request("GET", "/containers/server/json").json
    assert changed["Id"] != server

    hands.choose(table, "server", "edit")
    hands.wait(lambda: "changed" in hands.see(QPlainTextEdit, "edit.environment").toPlainText())
    hands.write("edit.volume.0.target", "/bin/busybox/data")  # below a file: it cannot be started
    hands.press("edit.apply")
    hands.press("edit.failure.toggle")
    assert "not a directory" in hands.see(QPlainTextEdit, "edit.failure.details").toPlainText()
    save_picture(hands.see(QWidget, "edit"), "edit-failed")
    hands.press("edit.cancel")
    hands.gone("edit")
    assert read_page(port).startswith("hello\nchanged\n")
    kept = engine.request("GET", "/containers/json", query={"all": "1"}).json
    assert [(one["Id"], one["State"]) for one in kept] == [(changed["Id"], "running")]
    hands.wait(lambda: names(table) == ["server"] and hands.desktop.containers.running == 1)


def test_files_go_in_and_out(
    hands: Hands,
    engine: NativeEngine,
    server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    hands.window.containers.show_container(server, "files")
    table = hands.see(RowTable, "containers.files.table")
    hands.wait(lambda: "bin" in texts(table) and "data" in texts(table), lambda: str(texts(table)))
    save_picture(hands.window, "container-files")
    path = hands.see(QLineEdit, "containers.files.path")
    path.setText("/data")
    QTest.keyClick(path, Qt.Key.Key_Return)
    hands.wait(lambda: texts(table) == ["index.html"], lambda: str(texts(table)))
    new = tmp_path / "notes 笔记.txt"
    new.write_bytes(bytes(range(256)) * 1000)
    drop(hands.the(ContainerFilesView), new)
    hands.wait(lambda: new.name in texts(table), lambda: str(texts(table)))
    assert engine.docker("exec", "server", "cat", f"/data/{new.name}").stdout == new.read_bytes()
    back = tmp_path / "back"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(back), ""))
    table.selectRow(texts(table).index(new.name))
    hands.press("containers.files.save")
    hands.wait_for_text("containers.files.banner.text", "Saved as")
    assert back.read_bytes() == new.read_bytes()
    table.selectRow(texts(table).index(new.name))
    hands.press("containers.files.delete")
    hands.press("containers.files.ask.confirm")
    hands.wait(lambda: texts(table) == ["index.html"], lambda: str(texts(table)))
    engine.docker("exec", "server", "test", "!", "-e", f"/data/{new.name}")


def test_a_text_is_changed_in_its_place(hands: Hands, engine: NativeEngine, server: str) -> None:
    engine.docker("exec", "server", "sh", "-c", "chown 5:7 /data/index.html; chmod 640 /data/index.html")
    hands.window.containers.show_container(server, "files")
    table = hands.see(RowTable, "containers.files.table")
    path = hands.see(QLineEdit, "containers.files.path")
    hands.wait(lambda: "data" in texts(table), lambda: str(texts(table)))
    path.setText("/data")
    QTest.keyClick(path, Qt.Key.Key_Return)
    hands.wait(lambda: texts(table) == ["index.html"], lambda: str(texts(table)))
    table.selectRow(0)
    hands.press("containers.files.open")
    editor = hands.see(QPlainTextEdit, "text-file.text")
    assert editor.toPlainText() == "hello\n"
    editor.insertPlainText("笔记 ")
    hands.press("text-file.save")
    hands.wait_for_text("text-file.banner.text", "Saved.")
    hands.press("text-file.close")
    look = "cat index.html; stat -c '%u:%g %a' index.html"
    shown = engine.docker("exec", "-w", "/data", "server", "sh", "-c", look)
    assert shown.stdout.decode() == "笔记 hello\n5:7 640\n"
