"""Changing a container: the dialog, what a change means, the way back, and the line that makes one alike."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.services.containers.environment_file import format_environment, parse_environment_text
from app.services.containers.run_options import parse_memory
from app.viewmodels.containers.container_rows import ContainerRow
from app.viewmodels.desktop import DesktopViewModel
from app.views.dialogs.edit_container_dialog import EditContainerDialog
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_containers_page import choose_from_menu, names

Save = Callable[[QWidget, str], None]


@pytest.fixture
def free_port() -> int:
    """A port of this computer that nobody holds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def shown(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window over one running container with a folder, a volume and variables."""
    image = engine.add_image("nginx:1.27", exposed=("80/tcp",))
    container = engine.add_container(
        "web",
        image,
        Env=["TIME=60", "API_TOKEN=s3cr3t", "TEXT=a # b"],
        Cmd=["sh", "-c", "exec sleep $TIME"],
        Labels={"team": "shop"},
        HostConfig={"Binds": ["/home/ada/site:/srv:ro", "data:/data"]},
    )
    engine.containers.act(container, "start", {})
    desktop.begin()
    wait_for(qtbot, lambda: names(window) == ["web"])
    return window


def open_edit(window: MainWindow, qtbot: QtBot) -> EditContainerDialog:
    choose_from_menu(qtbot, window, 0, "edit")
    dialog = find(window, EditContainerDialog, "edit")
    wait_for(qtbot, lambda: "TIME" in find(dialog, QPlainTextEdit, "edit.environment").toPlainText())
    return dialog


def test_a_change_makes_it_anew_and_keeps_its_volumes(
    shown: MainWindow, engine: FakeEngine, qtbot: QtBot, free_port: int, save_picture: Save
) -> None:
    before = engine.containers.get("web")
    dialog = open_edit(shown, qtbot)
    environment = find(dialog, QPlainTextEdit, "edit.environment")
    assert environment.toPlainText() == "TIME=60\nAPI_TOKEN=s3cr3t\nTEXT='a # b'"
    assert text_of(dialog, "edit.note") == "Nothing is changed yet."
    assert not find(dialog, QAbstractButton, "edit.apply").isEnabled()
    press(qtbot, dialog, "edit.port.add")
    find(dialog, QLineEdit, "edit.port.0.host").setText(str(free_port))
    find(dialog, QLineEdit, "edit.port.0.container").setText("80")
    environment.setPlainText("TIME=61\nAPI_TOKEN=0ther\nTEXT='a # b'")
    find(dialog, QLineEdit, "edit.memory").setText("256m")
    preview = text_of(dialog, "edit.preview")
    assert f"+ -p {free_port}:80" in preview
    assert "− TIME=60" in preview
    assert "+ TIME=61" in preview
    assert "0ther" not in preview
    assert "memory: no limit → 256m" in preview
    assert "A new container takes its place" in text_of(dialog, "edit.note")
    save_picture(dialog, "edit-container")
    press(qtbot, dialog, "edit.apply")
    wait_for(qtbot, lambda: before.id not in engine.state.containers and not shown.findChild(QWidget, "edit"))
    after = engine.containers.get("web")
    assert after.state == "running"
    assert after.body["Env"] == ["TIME=61", "API_TOKEN=0ther", "TEXT=a # b"]
    host = after.body["HostConfig"]
    assert host["Binds"] == ["data:/data", "/home/ada/site:/srv:ro"]
    assert host["PortBindings"] == {"80/tcp": [{"HostIp": "", "HostPort": str(free_port)}]}
    assert host["Memory"] == 256 * 2**20
    assert after.labels == {"team": "shop"}
    wait_for(qtbot, lambda: text_of(shown, "containers.notice.text") == "web was changed.")
    wait_for(qtbot, lambda: names(shown) == ["web"])


def test_what_does_not_run_is_taken_back(
    shown: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    before = engine.containers.get("web")
    dialog = open_edit(shown, qtbot)
    find(dialog, QPlainTextEdit, "edit.environment").setPlainText("TIME=never")
    press(qtbot, dialog, "edit.apply")
    dialog.reject()
    assert dialog.isVisible(), "a change under way is not left alone"
    wait_for(qtbot, lambda: "exit code 1" in text_of(dialog, "edit.failure.summary"))
    save_picture(dialog, "edit-failed")
    assert "invalid number" in find(dialog, QPlainTextEdit, "edit.failure.details").toPlainText()
    assert engine.containers.get("web") is before
    wait_for(qtbot, lambda: before.state == "running")
    assert len(engine.state.containers) == 1
    assert text_of(dialog, "edit.failure.advice").endswith("web is as it was before.")
    press(qtbot, dialog, "edit.cancel")
    wait_for(qtbot, lambda: shown.findChild(QWidget, "edit") is None)


def test_a_policy_changes_as_it_runs(shown: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    before = engine.containers.get("web")
    dialog = open_edit(shown, qtbot)
    find(dialog, QComboBox, "edit.restart").setCurrentIndex(2)
    assert text_of(dialog, "edit.preview") == "restart: no → unless-stopped"
    assert "nothing stops" in text_of(dialog, "edit.note")
    press(qtbot, dialog, "edit.apply")
    wait_for(qtbot, lambda: shown.findChild(QWidget, "edit") is None)
    assert before.body["HostConfig"]["RestartPolicy"] == {"Name": "unless-stopped", "MaximumRetryCount": 0}
    assert (engine.containers.get("web"), before.state) == (before, "running")


def test_the_port_that_it_holds_itself_is_no_conflict(
    shown: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        bindings = {"80/tcp": [{"HostPort": "0"}], "81/tcp": [{"HostPort": str(taken)}]}
        web = engine.containers.get("web")
        web.body["HostConfig"]["PortBindings"] = {"80/tcp": [{"HostPort": "0"}]}
        for action in ("stop", "start"):
            engine.containers.act(web, action, {})
        bindings["80/tcp"] = [{"HostPort": str(web.ports["80/tcp"])}]
        web.body["HostConfig"]["PortBindings"] = bindings
        dialog = open_edit(shown, qtbot)
        wait_for(qtbot, lambda: "in use by" in text_of(dialog, "edit.port.1.message"))
        assert find(dialog, QLineEdit, "edit.port.0.host").text() == str(web.ports["80/tcp"])
        assert text_of(dialog, "edit.port.0.message") == ""


def test_mistakes_are_told_as_typed(shown: MainWindow, qtbot: QtBot) -> None:
    dialog = open_edit(shown, qtbot)
    for field, wrong, words in (
        ("edit.memory", "much", "512m"),
        ("edit.memory", "1k", "6 MB"),
        ("edit.cpus", "-1", "0.5"),
    ):
        line = find(dialog, QLineEdit, field)
        line.setText(wrong)
        assert words in text_of(dialog, "edit.limits.message")
        assert not find(dialog, QAbstractButton, "edit.apply").isEnabled()
        line.clear()


def test_copy_as_docker_run(shown: MainWindow, qtbot: QtBot) -> None:
    choose_from_menu(qtbot, shown, 0, "copy-run")
    wait_for(qtbot, lambda: text_of(shown, "containers.notice.text").startswith("Copied: docker run"))
    line = QGuiApplication.clipboard().text()
    assert line.startswith("docker run -d --name web -e TIME=60 ")
    assert "-v data:/data -v /home/ada/site:/srv:ro --label team=shop nginx:1.27 sh -c" in line


@pytest.mark.parametrize(
    "pairs",
    [
        (("A", "b"), ("B", "x=y"), ("C", "")),
        (("A", " spaces "), ("B", "a # b"), ("C", "it's"), ("D", '"quoted"')),
    ],
)
def test_variables_read_back_as_they_were(pairs: tuple[tuple[str, str], ...]) -> None:
    text, odd = format_environment(pairs)
    assert parse_environment_text(text) == pairs
    assert not odd


def test_variables_that_no_line_holds_are_kept_aside() -> None:
    text, odd = format_environment((("A", "b"), ("LINES", "one\ntwo"), ("a b", "c")))
    assert text == "A=b"
    assert odd == (("LINES", "one\ntwo"), ("a b", "c"))


@pytest.mark.parametrize(("text", "size"), [("", 0), ("512m", 2**29), ("1.5 GB", 3 * 2**29), ("7", 7)])
def test_sizes_as_people_write_them(text: str, size: int) -> None:
    assert parse_memory(text) == size


def test_vs_code_is_offered_where_it_is_installed(
    shown: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "code" not in [action.name for action in shown.containers.menu_of(first_row(shown))]
    program = tmp_path / "code"
    program.write_text("#!/bin/sh\necho its words >&2; exit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    shown.desktop.inside.code.look()
    wait_for(qtbot, lambda: shown.desktop.inside.code.is_there)
    choose_from_menu(qtbot, shown, 0, "code")
    wait_for(qtbot, lambda: "its words" in text_of(shown, "containers.notice.text"))


def first_row(window: MainWindow) -> ContainerRow:
    row = window.containers.viewmodel.table.shown[0]
    assert isinstance(row, ContainerRow)
    return row
