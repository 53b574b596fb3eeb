"""Builds in the window: a folder becomes an image that runs; a Dockerfile that fails shows its line."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.viewmodels.images.builds import BuildView
from app.views.widgets.log.log_view import LogView
from tests.support.native_engine import NativeEngine
from tests.window.hands import Hands

Save = Callable[[QWidget, str], None]
DOCKERFILE = 'FROM busybox\n# the pages\nCOPY site /site\nRUN %s\nCMD ["cat", "/made"]\n'
GATEWAY = "172.17.0.1"
"""Where a build's container finds the network namespace that the window and its engine are in."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with pages, and no Dockerfile yet."""
    folder = tmp_path / "shop"
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "index.html").write_text("hello")
    return folder


@pytest.fixture
def gate(hands: Hands) -> Iterator[socket.socket]:
    """A web server that a step of a build asks; it answers when the test wants."""
    del hands  # it brings the network namespace
    with socket.create_server(("0.0.0.0", 0)) as listener:
        listener.settimeout(60)
        yield listener


def begin(hands: Hands, folder: Path) -> None:
    """Build a folder by the dialog."""
    hands.press("builds.build")
    hands.write("build.folder", str(folder))
    hands.write("build.tag", "shop:1")
    hands.press("build.start")
    hands.see(QWidget, "builds.detail")


def test_a_folder_becomes_an_image_that_runs(
    hands: Hands, engine: NativeEngine, project: Path, gate: socket.socket, save_picture: Save
) -> None:
    address = f"http://{GATEWAY}:{gate.getsockname()[1]}/"
    (project / "Dockerfile").write_text(DOCKERFILE % f"echo asking; wget -O /made {address}")
    hands.show("builds")
    seen: list[BuildView] = []
    hands.desktop.builds.progressed.connect(seen.append)
    begin(hands, project)
    log = hands.see(LogView, "builds.detail.output")
    hands.wait(lambda: "asking" in log.all_text(), log.all_text)
    hands.wait(
        lambda: [step.state for step in seen[-1].steps] == ["done", "done", "active"], lambda: str(seen)
    )
    save_picture(hands.window, "build-under-way")
    connection, _ = gate.accept()
    with connection:
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nmade\n")
        hands.wait_for_text("builds.detail.summary", "Built")
    hands.desktop.builds.progressed.disconnect(seen.append)
    assert "COPY site /site" in log.all_text()
    save_picture(hands.window, "build")
    assert engine.docker("run", "--rm", "shop:1").stdout == b"made\n"
    hands.press("builds.detail.back")
    hands.wait(lambda: bool(hands.desktop.builds.history), "the build is not in the history")
    save_picture(hands.window, "builds")
    begin(hands, project)
    hands.wait_for_text("builds.detail.summary", "from the cache")


def test_the_line_that_fails_is_marked(hands: Hands, project: Path, save_picture: Save) -> None:
    (project / "Dockerfile").write_text(DOCKERFILE % "true" + "RUN echo on the way && no-such-program\n")
    hands.show("builds")
    begin(hands, project)
    hands.wait_for_text("builds.detail.banner.text", "Line 6: ")
    shown = hands.see(QPlainTextEdit, "builds.detail.dockerfile")
    assert shown.extraSelections()[0].cursor.blockNumber() == 5
    log = hands.see(LogView, "builds.detail.output")
    hands.wait(lambda: "on the way" in log.all_text() and "no-such-program" in log.all_text(), log.all_text)
    save_picture(hands.window, "build-failed")
