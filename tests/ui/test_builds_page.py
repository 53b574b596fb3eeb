"""The Builds page: a folder becomes an image, the failing line is marked, the history."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.services.images.build_context import IgnoreRules, files_of
from app.services.images.image_build import instruction_lines
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.images.builds import BuildForm
from app.views.dialogs.build_dialog import BuildDialog
from app.views.main_window import MainWindow
from app.views.pages.images.builds_page import BuildsPage
from app.views.widgets.log.log_view import LogView
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.fake_state import make_id
from tests.fakes.faults import FaultKind
from tests.support.ssh_git import new_key, ssh_agent
from tests.ui.helpers import find, press, text_of, wait_for
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]
DOCKERFILE = "FROM nginx:1.27\n# the pages\nCOPY site /usr/share/nginx/html\nRUN chmod -R a+r /usr\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a Dockerfile."""
    folder = tmp_path / "shop"
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "index.html").write_text("hello")
    (folder / "secret.key").write_text("x")
    (folder / ".dockerignore").write_text("*.key\n")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    return folder


@pytest.fixture
def page(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> BuildsPage:
    """The Builds page over a running engine."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("builds")
    wait_for(qtbot, lambda: desktop.builds.is_loaded)
    assert isinstance(window.page, BuildsPage)
    return window.page


def start(page: BuildsPage, qtbot: QtBot, folder: Path, tag: str = "shop:1") -> None:
    page.ask_build(str(folder))
    dialog = find(page.window(), QWidget, "build")
    find(dialog, QLineEdit, "build.tag").setText(tag)
    press(qtbot, dialog, "build.start")
    wait_for(qtbot, lambda: not page._builds.is_running)


def wait_until_in_sight(page: BuildsPage, name: str, qtbot: QtBot) -> None:
    """Cards are shown a moment after they are made."""

    def is_visible() -> bool:
        widget = page.findChild(QWidget, name)
        return widget is not None and widget.isVisible()

    wait_for(qtbot, is_visible, name)


def test_a_folder_becomes_an_image(
    page: BuildsPage,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    project: Path,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    assert find(page, QWidget, "builds.empty").isVisible()
    save_picture(page.window(), "builds-empty")
    page.ask_build(str(project))
    dialog = find(page.window(), QWidget, "build")
    find(dialog, QLineEdit, "build.tag").setText("Bad Name")
    assert "small letters" in text_of(dialog, "build.problem")
    find(dialog, QLineEdit, "build.tag").setText("shop:1")
    save_picture(dialog, "build-dialog")
    press(qtbot, dialog, "build.start")
    wait_for(qtbot, lambda: text_of(page, "builds.detail.summary").startswith("Built; 0 of 3"))
    assert engine.state.contexts == [[".dockerignore", "Dockerfile", "site", "site/index.html"]]
    assert "Step 3/3" in find(page, LogView, "builds.detail.output").all_text()
    for name in ("run", "push", "open"):
        assert find(page, QAbstractButton, f"builds.detail.{name}").isVisible()
    save_picture(page.window(), "build-done")
    press(qtbot, page, "builds.detail.back")
    wait_for(qtbot, lambda: len(desktop.builds.history) == 1)
    page.ask_build(str(project))
    press(qtbot, find(page.window(), QWidget, "build"), "build.start")
    wait_for(qtbot, lambda: text_of(page, "builds.detail.summary").startswith("Built; 3 of 3"))
    wait_for(qtbot, lambda: len(desktop.builds.history) == 2)
    press(qtbot, page, "builds.detail.back")
    newest = desktop.builds.history[0]
    assert "3 of 3 steps from the cache" in newest.remark
    wait_until_in_sight(page, f"builds.{newest.id[:12]}.show", qtbot)
    save_picture(page.window(), "builds")
    press(qtbot, page, f"builds.{newest.id[:12]}.show")
    wait_for(qtbot, lambda: page.detail is not None)
    assert text_of(page, "builds.detail.steps.2.time") == "cache"


def test_the_failing_line_is_marked(
    page: BuildsPage, desktop: DesktopViewModel, project: Path, qtbot: QtBot, save_picture: Save
) -> None:
    (project / "Dockerfile").write_text(DOCKERFILE + "RUN false\n")
    start(page, qtbot, project)
    wait_for(qtbot, lambda: text_of(page, "builds.detail.banner.text").startswith("Line 5: "))
    shown = find(page, QPlainTextEdit, "builds.detail.dockerfile")
    assert shown.extraSelections()[0].cursor.blockNumber() == 4
    save_picture(page.window(), "build-failed")
    assert [notice.title for notice in desktop.notifications.notices] == ["shop:1 could not be built"]
    (project / "Dockerfile").write_text(DOCKERFILE)
    start(page, qtbot, project)
    assert [notice.title for notice in desktop.notifications.notices] == ["shop:1 was built"]


def test_a_build_is_mended_and_begun_again(
    page: BuildsPage, desktop: DesktopViewModel, engine: FakeEngine, project: Path, qtbot: QtBot
) -> None:
    (project / "Dockerfile").write_text(DOCKERFILE + "RUN false\n")
    page.ask_build(str(project))
    dialog = find(page.window(), QWidget, "build")
    find(dialog, QLineEdit, "build.tag").setText("shop")
    find(dialog, QPlainTextEdit, "build.arguments").setPlainText("A=1")
    find(dialog, QCheckBox, "build.no-cache").setChecked(True)
    press(qtbot, dialog, "build.start")
    wait_for(qtbot, lambda: text_of(page, "builds.detail.summary") == "The build failed")
    (project / "Dockerfile").write_text(DOCKERFILE)
    press(qtbot, page, "builds.detail.repeat")
    dialog = find(page.window(), BuildDialog, "build")
    assert dialog.typed == BuildForm(str(project), tag="shop", arguments="A=1", no_cache=True)
    find(dialog, QCheckBox, "build.no-cache").setChecked(False)
    QTest.keyClick(dialog.action_button, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: text_of(page, "builds.detail.summary").startswith("Built; 3 of 3"))
    press(qtbot, page, "builds.detail.back")
    wait_for(qtbot, lambda: [build.tone for build in desktop.builds.history] == ["ok", "err"])
    newest = desktop.builds.history[0].id[:12]
    wait_until_in_sight(page, f"builds.{newest}.show", qtbot)
    press(qtbot, page, f"builds.{newest}.show")
    wait_until_in_sight(page, "builds.detail.repeat", qtbot)


def test_a_step_that_asks_for_an_agent_says_so(page: BuildsPage, project: Path, qtbot: QtBot) -> None:
    (project / "Dockerfile").write_text(f"{DOCKERFILE}RUN --mount=type=ssh,required true\n")
    start(page, qtbot, project)
    wait_for(qtbot, lambda: "lend yours" in text_of(page, "builds.detail.banner.text"))
    page.go_back()
    (project / "Dockerfile").write_text(f"{DOCKERFILE}# RUN --mount=type=ssh true\nRUN false\n")
    start(page, qtbot, project)
    wait_for(qtbot, lambda: text_of(page, "builds.detail.banner.text").startswith("Line 6: "))
    assert "lend" not in text_of(page, "builds.detail.banner.text")


def test_the_users_ssh_agent_is_lent(
    page: BuildsPage,
    engine: FakeEngine,
    project: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    key, agent = new_key(folder, "key"), folder / "agent"
    (project / "Dockerfile").write_text("FROM nginx:1.27\n" + "RUN --mount=type=ssh ssh-add -l\n" * 3)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    page.ask_build(str(project))
    find(page.window(), QCheckBox, "build.lends-agent").click()
    with ssh_agent(agent, key):
        press(qtbot, page.window(), "build.start")
        wait_for(qtbot, lambda: text_of(page, "builds.detail.summary").startswith("Built"))
        wait_for(qtbot, lambda: not any(thread.name == "lent-agent" for thread in threading.enumerate()))
    assert len(engine.state.agent_answers) == 3, "each program has a connection of its own"
    assert all(key.asbytes() in answer for answer in engine.state.agent_answers)


def test_an_agent_that_is_not_there_is_told(
    page: BuildsPage, project: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(folder / "nowhere"))
    page._builds.start(BuildForm(str(project), lends_agent=True))
    wait_for(qtbot, lambda: "There is no SSH agent" in text_of(page, "builds.notice.text"))
    assert page.detail is None


def test_a_build_that_cannot_begin_says_why(page: BuildsPage, project: Path, qtbot: QtBot) -> None:
    page._builds.start(BuildForm(str(project), "Nofile"))
    wait_for(qtbot, lambda: "There is no Nofile" in text_of(page, "builds.notice.text"))
    assert page.detail is None


def test_an_engine_without_history_builds_all_the_same(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.fail("GET /marina/builds", FaultKind.STATUS, times=99, status=404, message="page not found")
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("builds")
    wait_for(qtbot, lambda: desktop.builds.is_loaded)
    assert "keeps no history" in text_of(window, "builds.empty.text")


def built_elsewhere(engine: FakeEngine, tag: str, status: str = "done") -> str:
    """Let somebody else begin or end a build, and tell it."""
    id = make_id("build")[:32]
    entry = {"Id": id, "Status": status, "Tags": [tag], "Started": "2026-11-25T20:00:00Z"}
    engine.state.builds.insert(0, entry)
    engine.state.publish("builder", "build-start" if status == "running" else "build-end", id)
    return f"builds.{id[:12]}"


def change_newest(engine: FakeEngine, **values: object) -> None:
    """Let the newest build go on; a new value, because the engine may be telling the old one."""
    engine.state.builds[0] = engine.state.builds[0] | values


def test_builds_of_others_appear_and_end_by_themselves(
    page: BuildsPage, engine: FakeEngine, qtbot: QtBot
) -> None:
    name = built_elsewhere(engine, "cli:1", "running")
    wait_until_in_sight(page, f"{name}.show", qtbot)
    assert not find(page, QAbstractButton, f"{name}.remove").isEnabled()
    assert text_of(page, "builds.count") == "1 build"
    press(qtbot, page, f"{name}.show")
    wait_for(qtbot, lambda: page.detail is not None)
    assert "goes on" in text_of(page, "builds.detail.summary")
    detail = page.detail
    step = {"Number": 1, "Total": 2, "Code": "RUN make", "Status": "running", "Log": "cc one.c\n"}
    change_newest(engine, Steps=[step])
    wait_for(qtbot, lambda: text_of(page, "builds.detail.steps.0.title") == "1  RUN make")
    log = find(page, LogView, "builds.detail.output")
    wait_for(qtbot, lambda: log.all_text().split("\n")[:2] == ["Step 1/2 : RUN make", "cc one.c"])
    change_newest(engine, Steps=[step | {"Log": "cc one.c\ncc two.c\n"}])
    wait_for(qtbot, lambda: "cc two.c" in log.all_text())
    assert log.all_text().count("cc one.c") == 1
    assert page.detail is detail, "what is looked at stays where it is"
    change_newest(engine, Status="failed", Error="no such thing")
    engine.state.publish("builder", "build-end", engine.state.builds[0]["Id"])
    wait_for(qtbot, lambda: text_of(page, "builds.detail.banner.text") == "no such thing")


def test_the_keyboard_stays_on_its_card(page: BuildsPage, engine: FakeEngine, qtbot: QtBot) -> None:
    name = built_elsewhere(engine, "one:1")
    wait_until_in_sight(page, f"{name}.show", qtbot)
    before = find(page, QAbstractButton, f"{name}.show")
    before.setFocus()
    wait_for(qtbot, before.hasFocus)
    built_elsewhere(engine, "two:1")
    wait_for(qtbot, lambda: text_of(page, "builds.count") == "2 builds")
    again = find(page, QAbstractButton, f"{name}.show")
    assert again is before  # its build is as it was
    assert again.hasFocus()


def test_builds_are_removed_from_the_history(
    page: BuildsPage, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    names = [built_elsewhere(engine, tag) for tag in ("one:1", "two:1", "three:1")]
    wait_for(qtbot, lambda: len(desktop.builds.history) == 3)
    wait_until_in_sight(page, f"{names[1]}.remove", qtbot)
    press(qtbot, page, f"{names[1]}.remove")
    dialog = find(page.window(), QWidget, "forget-build")
    assert text_of(dialog, "forget-build.names").startswith("two:1")
    save_picture(dialog, "forget-build")
    press(qtbot, dialog, "forget-build.confirm")
    wait_for(qtbot, lambda: [row.title for row in desktop.builds.history] == ["three:1", "one:1"])
    press(qtbot, page, "builds.clear")
    press(qtbot, find(page.window(), QWidget, "forget-builds"), "forget-builds.confirm")
    wait_for(qtbot, lambda: find(page, QWidget, "builds.empty").isVisible())
    assert engine.state.builds == []
    assert find(page, QAbstractButton, "builds.clear").isHidden()


def test_secrets_go_along(page: BuildsPage, engine: FakeEngine, project: Path, qtbot: QtBot) -> None:
    page.ask_build(str(project))
    dialog = find(page.window(), QWidget, "build")
    secrets = find(dialog, QPlainTextEdit, "build.secrets")
    secrets.setPlainText("key")
    assert "Line 1 is no variable" in text_of(dialog, "build.problem")
    secrets.setPlainText("key=none.key")
    assert text_of(dialog, "build.problem") == "There is no file none.key for the secret key."
    assert not find(dialog, QAbstractButton, "build.start").isEnabled()
    secrets.setPlainText("key=secret.key")
    press(qtbot, dialog, "build.start")
    wait_for(qtbot, lambda: text_of(page, "builds.detail.summary").startswith("Built"))
    assert engine.state.build_secrets == {"key": "eA=="}


def test_a_stopped_engine_shows_its_panel(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    machine.set(state=MachineState.FAILED)
    window.show_page("builds")
    desktop.engine.watch()
    wait_for(qtbot, lambda: desktop.view.state.value == "failed")
    assert find(window, QWidget, "builds.engine").isVisible()


@pytest.mark.parametrize(
    ("rules", "path", "ignored"),
    [
        ("*.key", "a.key", True),
        ("*.key", "sub/a.key", False),
        ("**/*.key", "sub/deep/a.key", True),
        ("node_modules", "node_modules/x/y.js", True),
        ("/build/", "build/out", True),
        ("docs\n!docs/keep.md", "docs/keep.md", False),
        ("docs\n!docs/keep.md", "docs/other.md", True),
        ("*\n!src", "src/main.c", False),
        ("# remark\na?c", "abc", True),
        ("[ab].txt", "b.txt", True),
        ("a.b", "axb", False),
    ],
)
def test_dockerignore(rules: str, path: str, ignored: bool) -> None:
    assert IgnoreRules(rules).ignores(path) is ignored


def test_the_dockerfile_is_sent_though_it_is_ignored(tmp_path: Path) -> None:
    for name in ("Dockerfile", ".dockerignore", "other"):
        (tmp_path / name).write_text("*")
    assert [name for _, name in files_of(tmp_path, "Dockerfile")] == [".dockerignore", "Dockerfile"]


def test_lines_of_instructions() -> None:
    text = "# syntax=x\nARG A=1\nFROM x\nRUN a && \\\n  # remark\n  b\nRUN <<EOF\nFROM not\nEOF\nCMD x\n"
    assert instruction_lines(text) == [("ARG", 2), ("FROM", 3), ("RUN", 4), ("RUN", 7), ("CMD", 10)]


def test_a_build_for_another_platform_without_a_name(
    page: BuildsPage, engine: FakeEngine, project: Path, qtbot: QtBot
) -> None:
    page.ask_build(str(project))
    dialog = find(page.window(), QWidget, "build")
    find(dialog, QComboBox, "build.platform").setCurrentText("linux/arm64")
    press(qtbot, dialog, "build.start")
    wait_for(qtbot, lambda: text_of(page, "builds.detail.summary").startswith("Built"))
    (asked,) = [line for line in engine.requests if line.startswith("POST /build")]
    assert "platform=linux%2Farm64" in asked
    assert not find(page, QAbstractButton, "builds.detail.push").isVisible(), "it has no name to push by"
    window = page.window()
    assert isinstance(window, MainWindow)
    wait_for(qtbot, lambda: window.desktop.images.total == 1)
    press(qtbot, page, "builds.detail.open")
    (image,) = engine.state.images
    assert text_of(window, "images.detail.title") == image.id.removeprefix("sha256:")[:12]


def test_a_built_image_is_opened_pushed_and_run(
    page: BuildsPage, engine: FakeEngine, project: Path, qtbot: QtBot
) -> None:
    start(page, qtbot, project, "shop:2")
    window = page.window()
    assert isinstance(window, MainWindow)
    wait_for(qtbot, lambda: window.desktop.images.find("shop:2") is not None)
    press(qtbot, page, "builds.detail.open")
    assert text_of(window, "images.detail.title") == "shop:2"
    window.show_page("builds")
    press(qtbot, page, "builds.detail.push")
    wait_for(qtbot, lambda: text_of(window, "images.transfer.text") == "shop:2 is in its registry.")
    assert "shop:2" in engine.state.registry
    window.show_page("builds")
    press(qtbot, page, "builds.detail.run")
    wait_for(qtbot, lambda: find(window, QLineEdit, "run.image").text() == "shop:2")


@pytest.mark.parametrize(("name", "shown"), [("", ""), ("web.Dockerfile", "web.Dockerfile")])
def test_a_folder_or_its_dockerfile_is_dropped(
    page: BuildsPage, project: Path, name: str, shown: str
) -> None:
    (project / "web.Dockerfile").write_text("FROM nginx:1.27\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(project / name))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, none))
    dialog = find(page.window(), QWidget, "build")
    assert find(dialog, QLineEdit, "build.folder").text() == str(project)
    assert find(dialog, QLineEdit, "build.dockerfile").text() == shown


def test_a_step_leads_to_what_it_said(page: BuildsPage, project: Path, qtbot: QtBot) -> None:
    more = "".join(f"RUN echo {number}\n" for number in range(200))
    (project / "Dockerfile").write_text(DOCKERFILE + more)
    start(page, qtbot, project)
    log = find(page, LogView, "builds.detail.output")
    wait_for(qtbot, lambda: "Step 203/203" in log.text_in_sight())
    QTest.mouseClick(find(page, QWidget, "builds.detail.steps.1"), Qt.MouseButton.LeftButton)
    assert log.text_in_sight().startswith("Step 2/203 : COPY site")
    line = find(page, QWidget, "builds.detail.steps.50")
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert log.text_in_sight().startswith("Step 51/203 : RUN echo 47")
