"""Builds of elsewhere in the history, ours as files, and a history as long as it becomes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.images.builds import BuildRow
from app.views.main_window import MainWindow
from app.views.pages.images.builds_page import BuildsPage
from app.views.widgets.layouts import Card
from app.views.widgets.log.log_view import LogView
from backend.buildkit.records.record_archive import read_records
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def page(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> BuildsPage:
    """The Builds page over a running engine that has built once."""
    engine.state.builds.append(
        {
            "Id": f"{7:032x}",
            "Started": "2026-11-25T20:00:00Z",
            "Finished": "2026-11-25T20:00:02Z",
            "Status": "done",
            "Tags": ["team/one:1"],
            "Target": "",
            "Dockerfile": "Dockerfile",
            "Platform": "linux/amd64",
            "ImageId": "",
            "StepsDone": 0,
            "StepsTotal": 0,
            "StepsCached": 0,
            "DurationMs": 2000,
            "Error": "",
            "ErrorLine": 0,
            "DockerfileText": "FROM scratch",
            "Steps": [],
        }
    )
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("builds")
    wait_for(qtbot, lambda: desktop.builds.is_loaded)
    assert isinstance(window.page, BuildsPage)
    return window.page


def drop(page: BuildsPage, path: Path) -> None:
    """Drop a file on the page."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, none))


def test_a_build_of_elsewhere(
    page: BuildsPage,
    desktop: DesktopViewModel,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    """A file of a continuous integration is looked at like an own build; its image is not here."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(DATA / "failed.dockerbuild"), ""))
    press(qtbot, page, "builds.import")
    wait_for(qtbot, lambda: page.detail is not None)
    assert text_of(page, "builds.detail.title") == "bad"
    assert text_of(page, "builds.detail.summary").startswith("imported · failed after 0.1 s")
    assert "Line 3" in text_of(page, "builds.detail.banner.text")
    assert "no such file" in find(page, LogView, "builds.detail.output").all_text().lower()
    save_picture(page.window(), "build-imported")
    press(qtbot, page, "builds.detail.back")
    drop(page, DATA / "done.dockerbuild")
    wait_for(qtbot, lambda: page.detail is not None)
    for name in ("run", "push", "open"):
        assert find(page, QAbstractButton, f"builds.detail.{name}").isHidden()
    press(qtbot, page, "builds.detail.back")
    drop(page, DATA / "several.dockerbuild")
    wait_for(qtbot, lambda: text_of(page, "builds.notice.text") == "3 builds imported")
    wait_for(qtbot, lambda: len(desktop.builds.history) == 4)
    remarks = [row.remark for row in desktop.builds.history if row.title != "team/one:1"]
    assert all(remark.startswith("imported · ") for remark in remarks)


def test_what_is_no_build_is_told(page: BuildsPage, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "x.zip").write_bytes(b"no archive")
    drop(page, tmp_path / "x.zip")
    wait_for(qtbot, lambda: "cannot be imported" in text_of(page, "builds.notice.text"))


def test_a_build_goes_out_to_a_file(
    page: BuildsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    press(qtbot, page, f"builds.{0:012x}.show")
    wait_for(qtbot, lambda: page.detail is not None)
    proposed: list[str] = []

    def choose(_: object, title: str, name: str, kinds: str) -> tuple[str, str]:
        proposed.append(name)
        return str(tmp_path / "nowhere" / name if len(proposed) > 1 else tmp_path / name), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    press(qtbot, page, "builds.detail.export")
    target = tmp_path / "team-one-1.dockerbuild"
    wait_for(qtbot, target.exists)
    [record] = read_records(target.read_bytes())
    assert record.about["Exporters"][0]["Attrs"] == {"name": "team/one:1"}
    wait_for(qtbot, lambda: str(target) in text_of(page, "builds.notice.text"))
    press(qtbot, page, "builds.detail.export")
    wait_for(qtbot, lambda: "could not be written" in text_of(page, "builds.notice.text"))


def test_two_hundred_builds_do_not_hold_the_window_up(
    page: BuildsPage,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    """The cards in sight are there at once, the others a few in each turn; none is made twice."""
    [entry] = engine.state.builds
    engine.state.builds[:] = [entry | {"Id": f"{number:012x}{number:020x}"} for number in range(200)]
    made: list[str] = []
    make = page._card

    def make_counted(build: BuildRow) -> Card:
        made.append(build.id)
        return make(build)

    monkeypatch.setattr(page, "_card", make_counted)
    at_once: list[int] = []
    desktop.builds.history_changed.connect(lambda: at_once.append(len(made)))
    desktop.builds.refresh()
    wait_for(qtbot, lambda: len(desktop.builds.history) == 200)
    wait_for(qtbot, lambda: len(page._card_of) == 200)
    assert at_once[0] < 30
    first = [build["Id"] for build in engine.state.builds]
    engine.state.builds.insert(0, entry | {"Id": "f" * 32})
    desktop.builds.refresh()
    wait_for(qtbot, lambda: len(page._card_of) == 201)
    assert made == [*first, "f" * 32]
    shown = [page._cards.indexOf(page._card_of[row]) for row in desktop.builds.history]
    assert shown == list(range(201))


def test_a_history_that_could_not_be_read_is_told_until_it_can(
    page: BuildsPage, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.fail("GET /marina/builds", FaultKind.STATUS, status=500, message="the disk is broken")
    desktop.builds.refresh()
    wait_for(qtbot, lambda: "the disk is broken" in text_of(page, "builds.notice.text"))
    desktop.builds.refresh()
    wait_for(qtbot, lambda: not find(page, QWidget, "builds.notice").isVisible())
