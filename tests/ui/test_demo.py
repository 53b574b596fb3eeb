"""The demo: the whole window over the filled fake engine, and a picture of each full page."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTabBar, QWidget
from pytestqt.qtbot import QtBot

from app.services.settings import SettingsFile
from app.viewmodels.containers.containers import CPU, STATUS
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.frame.preferences import Preferences
from app.views.main_window import MainWindow
from tests.fakes.demo import DemoWorld
from tests.ui.conftest import delete_now
from tests.ui.helpers import find, wait_for

Save = Callable[[QWidget, str], None]


@pytest.fixture
def demo(qtbot: QtBot) -> Iterator[MainWindow]:
    """The window over the demo, its lists loaded."""
    with DemoWorld() as world:
        desktop = DesktopViewModel(world.access, Preferences(SettingsFile(world.folder / "desktop.json")))
        window = MainWindow(desktop, "0.0-demo")
        window.may_close = True
        window.show()
        desktop.begin()
        wait_for(qtbot, lambda: desktop.containers.total == 8 and desktop.images.total == 6)
        yield window
        window.close()
        desktop.close()
        delete_now(window)
        delete_now(desktop)


@pytest.mark.parametrize("page", ["containers", "images", "volumes", "networks"])
def test_full_pages(demo: MainWindow, page: str, qtbot: QtBot, save_picture: Save) -> None:
    demo.show_page(page)
    assert demo.page.name == page
    model = demo.page.list.model()  # type: ignore[attr-defined]
    wait_for(qtbot, lambda: model.rowCount() > 3)
    if page == "containers":
        running = [row for row in range(model.rowCount()) if "Running" in model.index(row, STATUS).data()]
        wait_for(qtbot, lambda: all(model.index(row, CPU).data() not in ("", "0.0 %") for row in running))
    save_picture(demo, f"demo-{page}")


def test_a_small_window_holds_everything(demo: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    demo.resize(820, 560)
    save_picture(demo, "small-containers")
    demo.containers.show_container(demo.containers.viewmodel.table.rows[0].key, "stats")
    wait_for(qtbot, lambda: bool(demo.containers.detail))
    tabs = find(demo, QTabBar, "containers.detail.tabs")
    assert all(tabs.rect().contains(tabs.tabRect(place)) for place in range(tabs.count()))
    save_picture(demo, "small-detail")
    demo.show_page("images")
    save_picture(demo, "small-images")
    demo.show_page("volumes")
    wait_for(qtbot, lambda: demo.desktop.volumes.total == 4)
    save_picture(demo, "small-volumes")
    demo.show_page("networks")
    wait_for(qtbot, lambda: demo.desktop.networks.total > 3)
    save_picture(demo, "small-networks")
    demo.show_page("settings")
    save_picture(demo, "small-settings")
    demo.quick.show_setting("folders")
    save_picture(demo, "small-settings-folders")
    assert demo.width() == 820, "nothing forces the window wider"


def test_demo_opens_and_leaves_nothing(tmp_path: Path) -> None:
    script = f"""
import sys, tempfile
tempfile.tempdir = {str(tmp_path)!r}
from PySide6.QtCore import QTimer
from app.views import application
build = application.Desktop.__init__
def build_and_leave(self, *arguments):
    build(self, *arguments)
    self.window.first_frame.connect(lambda: QTimer.singleShot(500, self.leave))
application.Desktop.__init__ = build_and_leave
from app.main import main
sys.exit(main(["--demo"]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        timeout=60,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert not list(tmp_path.iterdir())
