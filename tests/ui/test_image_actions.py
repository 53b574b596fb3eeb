"""What can be done with images beyond running them: details, names, push, save, load, cleaning up."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QFileDialog, QLineEdit, QMenu, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.images.image_details import plain_command
from app.views.main_window import MainWindow
from app.views.pages.containers.container_facts_view import FactsView
from app.views.widgets.table import RowTable
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeImage
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, press_row_action, text_of, wait_for
from tests.ui.test_containers_page import start_container

Save = Callable[[QWidget, str], None]


@pytest.fixture
def images(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window on its Images page: one used, one unused, one nameless."""
    engine.add_image("nginx:1.27", exposed=("80/tcp",), size=192_000_000, environment=("API_KEY=x", "A=b"))
    engine.add_image("postgres:17", size=438_000_000)
    engine.state.images.append(FakeImage([], size=5_000_000))
    start_container(engine, "web")
    desktop.begin()
    window.show_page("images")
    wait_for(qtbot, lambda: desktop.images.total == 3 and len(desktop.images.unused) == 2)
    return window


def tags(window: MainWindow) -> list[str]:
    return [row.tag for row in window.images.viewmodel.table.shown]


def choose(qtbot: QtBot, window: MainWindow, row: int, name: str) -> None:
    press_row_action(qtbot, window.images.list, row, "more")
    menu = find(window, QMenu, "images.menu")
    action = menu.findChild(QAction, f"images.menu.{name}")
    assert action is not None, f"the menu has no {name}"
    assert action.isEnabled()
    menu.close()
    action.trigger()


def transfer_text(window: MainWindow) -> str:
    return text_of(window, "images.transfer.text")


def test_kinds_of_images(images: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    assert tags(images) == ["nginx:1.27", "postgres:17", ""]
    save_picture(images, "images-kinds")
    for kind, shown in (("used", ["nginx:1.27"]), ("unused", ["postgres:17", ""]), ("dangling", [""])):
        press(qtbot, images, f"images.kind.{kind}")
        assert tags(images) == shown
    press(qtbot, images, "images.kind.used")
    images.images.filter_box.setText("postgres")
    assert not tags(images)
    press(qtbot, images, "images.nothing.clear")
    assert len(tags(images)) == 3


def test_a_step_tells_its_files(images: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    choose(qtbot, images, 0, "details")
    layers = find(images, FactsView, "images.detail.layers")
    wait_for(qtbot, lambda: layers.model().rowCount() == 3)
    files = find(images, RowTable, "images.detail.files")
    assert not files.isVisible()
    layers.selectRow(1)
    wait_for(qtbot, lambda: text_of(images, "images.detail.files.told") == "3 added · 1 changed · 1 deleted")
    assert [files.model().index(row, 0).data() for row in range(files.model().rowCount())] == [
        "/etc/app.conf",
        "/tmp/build.log",
        "/usr/local/app/",
        "/usr/local/app/app",
        "/usr/local/bin/app",
    ]
    save_picture(images, "image-layer-files")
    find(images, QLineEdit, "images.detail.files.filter").setText("LOG")
    assert [files.model().index(0, column).data() for column in range(2)] == ["/tmp/build.log", "deleted"]
    layers.selectRow(0)
    left = "This step left the files as they were."
    wait_for(qtbot, lambda: text_of(images, "images.detail.files.told") == left)
    assert not files.isVisible()


def test_an_engine_that_does_not_tell_a_steps_files_is_named(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.fail("GET /marina/images/.*", FaultKind.STATUS, status=404, message="page not found")
    choose(qtbot, images, 0, "details")
    layers = find(images, FactsView, "images.detail.layers")
    wait_for(qtbot, lambda: layers.model().rowCount() == 3)
    layers.selectRow(1)
    wait_for(qtbot, lambda: "does not tell the files" in text_of(images, "images.detail.files.told"))


def test_layers_settings_and_users(images: MainWindow, qtbot: QtBot, save_picture: Save) -> None:
    images.images.list.selectRow(0)
    images.images.list.opened.emit()
    layers = find(images, FactsView, "images.detail.layers")
    wait_for(qtbot, lambda: layers.model().rowCount() == 3)
    model = layers.model()
    assert [model.index(row, 0).data() for row in range(3)] == [
        'CMD ["sleep"]',
        "RUN /bin/sh -c make install",
        "ADD file:0123 in /",
    ]
    assert model.index(1, 1).data() == "192.0 MB"
    save_picture(images, "image-layers")
    find(images, QTabBar, "images.detail.tabs").setCurrentIndex(2)
    settings = find(images, FactsView, "images.detail.settings").model()
    facts = {
        settings.index(row, 0).data(): settings.index(row, 1).data() for row in range(settings.rowCount())
    }
    assert facts["Ports"] == "80/tcp"
    assert facts["A"] == "b"
    assert facts["API_KEY"] != "x", "what looks secret is hidden"
    save_picture(images, "image-settings")
    find(images, QTabBar, "images.detail.tabs").setCurrentIndex(3)
    assert find(images, FactsView, "images.detail.users").model().index(0, 0).data() == "web"
    press(qtbot, images, "images.detail.run")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.image").text() == "nginx:1.27")
    find(images, QWidget, "run").close()
    press(qtbot, images, "images.detail.back")
    assert images.images.detail is None


def test_one_more_name(images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save) -> None:
    choose(qtbot, images, 1, "tag")
    dialog = find(images, QWidget, "tag-image")
    name = find(dialog, QLineEdit, "tag-image.name")
    button = find(dialog, QAbstractButton, "tag-image.create")
    assert not button.isEnabled(), "it has this name"
    name.setText("Bad Name")
    assert text_of(dialog, "tag-image.problem")
    assert not button.isEnabled()
    name.setText(f"db@sha256:{'0' * 64}")
    assert "digest comes with the image" in text_of(dialog, "tag-image.problem")
    assert not button.isEnabled()
    name.setText("ghcr.io/ada/db:2")
    save_picture(dialog, "image-tag")
    press(qtbot, dialog, "tag-image.create")
    wait_for(qtbot, lambda: "ghcr.io/ada/db:2" in tags(images))
    assert engine.state.find_image("ghcr.io/ada/db:2") is engine.state.find_image("postgres:17")


def test_push_tells_how_far_it_is(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    engine.state.push_may_end.clear()
    choose(qtbot, images, 1, "push")
    wait_for(qtbot, lambda: "219.0 MB of 438.0 MB" in transfer_text(images))
    save_picture(images, "image-push")
    engine.state.push_may_end.set()
    wait_for(qtbot, lambda: transfer_text(images) == "postgres:17 is in its registry.")
    assert "postgres:17" in engine.state.registry
    press(qtbot, images, "images.transfer.button")
    assert not images.images.transfer_banner.isVisible()
    engine.state.refuses_push = True
    choose(qtbot, images, 1, "push")
    wait_for(qtbot, lambda: "does not let you push postgres:17" in transfer_text(images))


def test_a_push_can_be_cancelled(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.state.push_may_end.clear()
    choose(qtbot, images, 1, "push")
    wait_for(qtbot, lambda: any("/push" in line for line in engine.requests))
    press(qtbot, images, "images.transfer.button")
    assert transfer_text(images) == "Cancelled."
    assert not images.desktop.transfer.is_active


def test_save_and_load(
    images: MainWindow, engine: FakeEngine, desktop: DesktopViewModel, qtbot: QtBot, tmp_path: Path
) -> None:
    target = tmp_path / "db.tar"
    choose(qtbot, images, 1, "save")
    dialog = find(images, QFileDialog, "images.save.file")
    dialog.fileSelected.emit(str(target))
    dialog.close()
    wait_for(qtbot, lambda: transfer_text(images) == "postgres:17 was saved.")
    with tarfile.open(target) as archive:
        assert archive.getnames() == ["manifest.json"]
    assert list(tmp_path.iterdir()) == [target], "nothing is left beside it"
    press(qtbot, images, "images.load")
    dialog = find(images, QFileDialog, "images.load.file")
    dialog.fileSelected.emit(str(target))
    dialog.close()
    wait_for(qtbot, lambda: transfer_text(images) == "db.tar was loaded.")
    wait_for(qtbot, lambda: "loaded:latest" in tags(images))


def test_save_to_where_one_may_not_write(images: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    images.desktop.transfer.save("postgres:17", tmp_path / "no" / "such.tar")
    wait_for(qtbot, lambda: "could not be written" in transfer_text(images))


def test_clean_up_says_what_goes_and_what_it_frees(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    press(qtbot, images, "images.prune")
    dialog = find(images, QWidget, "images.prune-ask")
    assert "postgres:17" in text_of(dialog, "images.prune-ask.names")
    save_picture(dialog, "images-prune")
    find(dialog, QCheckBox, "images.prune-ask.nameless").setChecked(True)
    press(qtbot, dialog, "images.prune-ask.confirm")
    wait_for(qtbot, lambda: tags(images) == ["nginx:1.27", "postgres:17"])
    wait_for(qtbot, lambda: "5.0 MB freed" in text_of(images, "images.notice.text"))
    wait_for(qtbot, lambda: not images.findChildren(QWidget, "images.prune-ask"))
    press(qtbot, images, "images.prune")
    press(qtbot, images, "images.prune-ask.confirm")
    wait_for(qtbot, lambda: tags(images) == ["nginx:1.27"])
    press(qtbot, images, "images.prune")
    assert "nothing to clean up" in text_of(images, "images.notice.text")


@pytest.mark.parametrize(
    ("told", "plain"),
    [
        ("/bin/sh -c #(nop)  ENV A=b", "ENV A=b"),
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ("COPY . /app # buildkit", "COPY . /app"),
        ("", ""),
    ],
)
def test_steps_read_as_in_a_dockerfile(told: str, plain: str) -> None:
    assert plain_command(told) == plain


def test_a_second_push_is_refused_with_a_word(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.state.push_may_end.clear()
    choose(qtbot, images, 0, "push")
    wait_for(qtbot, lambda: transfer_text(images).startswith("Pushing nginx:1.27…"))
    choose(qtbot, images, 1, "push")
    assert text_of(images, "images.notice.text") == (
        "Pushing nginx:1.27… Wait until that has ended, or cancel it, and try postgres:17 again."
    )
    engine.state.push_may_end.set()
    wait_for(qtbot, lambda: transfer_text(images) == "nginx:1.27 is in its registry.")
    assert "postgres:17" not in engine.state.registry
