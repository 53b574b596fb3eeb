"""The Volumes page and the Networks page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.lists.row_table_model import RowTableModel
from app.viewmodels.storage.networks import NetworkTable
from app.viewmodels.storage.volumes import SIZE, VolumeRow, VolumeTable
from app.viewmodels.tasks import TaskEnd
from app.views.main_window import MainWindow
from app.views.pages.containers.container_detail_view import ContainerDetailView
from app.views.pages.containers.container_facts_view import FactsView
from app.views.pages.storage.volume_detail_view import VolumeDetailView
from app.views.pages.storage.volumes_page import VolumesPage
from app.views.widgets.table import RowTable
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.fake_state import FakeNetwork, FakeVolume
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, press_row_action, text_of, wait_for
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]


@pytest.fixture
def filled(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window over three volumes and a network of one's own."""
    for name, size in (("data", 734_000_000), ("cache", 5_000_000), ("ab" * 32, 0)):
        engine.state.volumes.append(FakeVolume(name, size=size))
    engine.state.networks.append(FakeNetwork("shop", "bridge", "172.30.0.0/16"))
    image = engine.add_image("nginx:1.27")
    web = engine.add_container("web", image, HostConfig={"Binds": ["data:/data"]})
    engine.add_container("idle", image)
    web.networks = ("shop",)
    engine.containers.act(web, "start", {})
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    return window


def show_data(filled: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> tuple[VolumesPage, VolumeRow]:
    """Bring the volumes into sight; return their page and the row of `data`."""
    filled.show_page("volumes")
    wait_for(qtbot, lambda: desktop.volumes.total == 3)
    page, row = filled.page, desktop.volumes.table.find_row("data")
    assert isinstance(page, VolumesPage)
    assert row is not None
    return page, row


def names(model: RowTableModel[Any]) -> list[str]:
    return [row.name for row in model.shown]


def test_volumes_are_listed_measured_and_follow(
    filled: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    assert not any("/volumes" in line for line in engine.requests), "nobody has looked yet"
    filled.show_page("volumes")
    wait_for(qtbot, lambda: desktop.volumes.total == 3)
    table = desktop.volumes.table
    assert names(table) == ["cache", "data", "ab" * 32]
    assert [table.use(row) for row in table.shown] == ["Unused", "web", "Unused"]
    assert table.text(table.shown[2], 0) == "abababababab (anonymous)"
    press(qtbot, filled, "volumes.measure")
    wait_for(qtbot, lambda: table.text(table.shown[1], SIZE) == "734.0 MB")
    assert text_of(filled, "volumes.count") == "3 volumes, 739.0 MB on disk"
    save_picture(filled, "volumes")
    engine.state.volumes.append(FakeVolume("later"))
    engine.state.publish("volume", "create", "later")
    wait_for(qtbot, lambda: desktop.volumes.total == 4)


def test_a_volume_is_made(
    filled: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    filled.show_page("volumes")
    wait_for(qtbot, lambda: desktop.volumes.total == 3)
    press(qtbot, filled, "volumes.create")
    dialog = find(filled, QWidget, "create-volume")
    name = find(dialog, QLineEdit, "create-volume.name")
    QTest.keyClicks(name, "data")
    assert "taken" in text_of(dialog, "create-volume.problem")
    QTest.keyClicks(name, " /")
    assert not find(dialog, QAbstractButton, "create-volume.create").isEnabled()
    save_picture(dialog, "volume-create")
    name.setText("fresh")
    engine.fail("POST /volumes/create", FaultKind.STATUS, status=500, message="no space left on device")
    press(qtbot, dialog, "create-volume.create")
    wait_for(qtbot, lambda: "no space" in text_of(dialog, "create-volume.problem"))
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: "fresh" in names(desktop.volumes.table))


def test_volumes_are_deleted_and_a_refusal_is_told(
    filled: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    filled.show_page("volumes")
    wait_for(qtbot, lambda: desktop.volumes.total == 3)
    engine.fail(r"DELETE /volumes/cache", FaultKind.STATUS, status=409, message="volume is in use - [abc]")
    table = find(filled, RowTable, "volumes.table")
    press_row_action(qtbot, table, 0, "delete")
    press(qtbot, filled, "volumes.delete.confirm")
    wait_for(qtbot, lambda: find(filled, QWidget, "volumes.notice").isVisible())
    press(qtbot, filled, "volumes.notice.button")
    press_row_action(qtbot, table, 0, "delete")
    save_picture(filled, "volumes-delete")
    press(qtbot, filled, "volumes.delete.confirm")
    wait_for(qtbot, lambda: desktop.volumes.total == 2)


def test_unused_volumes_are_cleaned_up(
    filled: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    filled.show_page("volumes")
    wait_for(qtbot, lambda: desktop.volumes.total == 3)
    press(qtbot, filled, "volumes.prune")
    assert text_of(filled, "volumes.prune-ask.names") == f"cache\n{'ab' * 32}"
    press(qtbot, filled, "volumes.prune-ask.confirm")
    wait_for(qtbot, lambda: "2 volumes deleted, 5.0 MB freed." in text_of(filled, "volumes.notice.text"))
    assert [volume.name for volume in engine.state.volumes] == ["data"]


@pytest.mark.parametrize("page", ["volumes", "networks"])
def test_pages_without_an_engine(
    window: MainWindow,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    qtbot: QtBot,
    page: str,
    save_picture: Save,
) -> None:
    machine.set(state=MachineState.STOPPED)
    window.show_page(page)
    desktop.engine.watch()
    wait_for(qtbot, lambda: find(window, QWidget, f"{page}.engine.stopped").isVisible())
    assert not find(window, QAbstractButton, f"{page}.prune").isEnabled()
    save_picture(window, f"{page}-stopped")


def test_empty_and_failing_lists(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.is_loaded)
    engine.fail(r"GET /volumes", FaultKind.STATUS, status=500, message="database is locked")
    window.show_page("volumes")
    wait_for(qtbot, lambda: find(window, QWidget, "volumes.banner").isVisible())
    assert text_of(window, "volumes.count") == "Could not be read"
    assert "`" not in text_of(window, "volumes.banner.text"), "a command for the terminal"
    save_picture(window, "volumes-failed")
    press(qtbot, window, "volumes.banner.button")
    wait_for(qtbot, lambda: find(window, QAbstractButton, "volumes.empty.create").isVisible())
    assert not find(window, QWidget, "volumes.banner").isVisible(), "it is read now"
    save_picture(window, "volumes-empty")


def test_networks_and_their_members(
    filled: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    filled.show_page("networks")
    wait_for(qtbot, lambda: desktop.networks.total == 4)
    assert names(desktop.networks.table) == ["shop", "bridge", "host", "none"]
    save_picture(filled, "networks")
    table = find(filled, RowTable, "networks.table")
    press_row_action(qtbot, table, 0, "open")
    members = find(filled, FactsView, "networks.detail.members")
    wait_for(qtbot, lambda: members.model().rowCount() == 1)
    assert members.model().index(0, 1).data() == "172.30.0.2"
    save_picture(filled, "network-detail")
    members.selectRow(0)
    QTest.keyClick(members, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: text_of(filled, "containers.detail.title") == "web")
    filled.show_page("networks")
    press(qtbot, filled, "networks.detail.connect")
    dialog = find(filled, QWidget, "connect-container")
    choices = find(dialog, QComboBox, "connect-container.container")
    assert [choices.itemText(place) for place in range(choices.count())] == ["idle"]
    address = find(dialog, QLineEdit, "connect-container.address")
    for wrong, told in (("172.30", "is written like"), ("10.1.1.1", "has addresses of 172.30.0.0/16 only")):
        address.setText(wrong)
        assert told in text_of(dialog, "connect-container.problem")
        assert not find(dialog, QAbstractButton, "connect-container.connect").isEnabled()
    address.setText("172.30.0.9")
    find(dialog, QLineEdit, "connect-container.names").setText("db, cache")
    save_picture(dialog, "network-connect")
    engine.fail("POST /networks/.*/connect", FaultKind.STATUS, status=403, message="Address already in use")
    press(qtbot, dialog, "connect-container.connect")
    wait_for(qtbot, lambda: "in use" in text_of(dialog, "connect-container.problem"))
    press(qtbot, dialog, "connect-container.connect")
    idle = engine.containers.get("idle")
    wait_for(qtbot, lambda: idle.networks == ("bridge", "shop"))
    assert idle.endpoints["shop"] == {
        "Aliases": ["db", "cache"],
        "IPAMConfig": {"IPv4Address": "172.30.0.9"},
    }
    wait_for(qtbot, lambda: not filled.findChildren(QWidget, "connect-container"))
    wait_for(qtbot, lambda: desktop.networks.table.shown[0].users == ("idle", "web"))
    press(qtbot, filled, "networks.detail.connect")
    assert text_of(filled, "networks.detail.banner.text") == "Every container is on it."
    members.selectRow(0)
    press(qtbot, filled, "networks.detail.disconnect")
    wait_for(qtbot, lambda: engine.containers.get("web").networks == ())
    press(qtbot, filled, "networks.detail.back")
    assert filled.page.detail is None


def test_one_member_tries_to_reach_another(
    filled: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    machine: FakeMachine,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    idle = engine.containers.get("idle")
    idle.networks = ("shop",)
    engine.containers.act(idle, "start", {})
    filled.show_page("networks")
    wait_for(qtbot, lambda: desktop.networks.total == 4)
    press_row_action(qtbot, filled.page.list, 0, "open")  # type: ignore[attr-defined]
    members = find(filled, FactsView, "networks.detail.members")
    wait_for(qtbot, lambda: members.model().rowCount() == 2)
    assert not find(filled, QAbstractButton, "networks.detail.check").isEnabled()
    members.selectAll()
    press(qtbot, filled, "networks.detail.check")
    wait_for(qtbot, lambda: "by its name too" in text_of(filled, "networks.detail.reach.text"))
    assert text_of(filled, "networks.detail.reach.text").count("by its name too") == 2, "both ways"
    engine.fail("POST /containers/.*/exec", FaultKind.STATUS, status=409, message="Container 1 is paused")
    press(qtbot, filled, "networks.detail.check")
    wait_for(qtbot, lambda: "The container idle is paused" in text_of(filled, "networks.detail.reach.text"))
    assert find(filled, QAbstractButton, "networks.detail.check").isEnabled()
    connect = find(filled, QAbstractButton, "networks.detail.connect")
    machine.set(state=MachineState.RECONNECTING)
    wait_for(qtbot, lambda: not connect.isEnabled())
    machine.set(state=MachineState.RUNNING)
    wait_for(qtbot, connect.isEnabled)
    save_picture(filled, "network-reach")
    engine.containers.act(engine.containers.get("web"), "stop", {})


def test_a_volume_is_looked_into(
    filled: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    tmp_path: Path,
    save_picture: Save,
) -> None:
    data = next(volume for volume in engine.state.volumes if volume.name == "data")
    data.files = {"/base": None, "/base/table.db": b"rows", "/readme.txt": b"hello"}
    page, row = show_data(filled, desktop, qtbot)
    page.act(row, "open")
    table = find(filled, RowTable, "volumes.files.table")
    wait_for(qtbot, lambda: table.model().rowCount() == 2)
    assert text_of(filled, "volumes.detail.remark").startswith("Used by web")
    save_picture(filled, "volume-files")
    detail = page.detail
    assert isinstance(detail, VolumeDetailView)
    files = detail.files._viewmodel
    new = tmp_path / "new.txt"
    new.write_bytes(b"new")
    files.upload([str(new)])
    wait_for(qtbot, lambda: table.model().rowCount() == 3)
    files.save("/readme.txt", str(tmp_path / "out.txt"))
    wait_for(qtbot, lambda: (tmp_path / "out.txt").exists())
    files.delete(["/base"])
    wait_for(qtbot, lambda: "/base/table.db" not in data.files and table.model().rowCount() == 2)
    press(qtbot, filled, "volumes.detail.back")
    assert page.detail is None
    page.act(row, "open")
    filled.activateWindow()  # a window system would do so when dialogs have gone
    wait_for(qtbot, filled.isActiveWindow)
    opened = page.detail
    assert isinstance(opened, VolumeDetailView)
    inside = find(opened, RowTable, "volumes.files.table")
    inside.setFocus()
    QTest.keyClick(inside, Qt.Key.Key_Escape)
    assert page.detail is None


def test_a_volume_tells_where_containers_have_it_and_leads_to_them(
    filled: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    image = engine.state.images[0]
    binds = ["data:/srv:ro", "data:/backup"]
    reader = engine.add_container("reader", image, HostConfig={"Binds": binds})
    desktop.containers.refresh()
    page, row = show_data(filled, desktop, qtbot)
    assert row.users == ("reader", "web"), "each once"
    page.act(row, "open")
    detail = page.detail
    assert isinstance(detail, VolumeDetailView)
    detail.bar.setCurrentIndex(1)
    uses = find(detail, RowTable, "volumes.uses")
    model = uses.model()

    def told() -> list[list[str]]:
        return [
            [model.index(place, column).data() for column in range(3)] for place in range(model.rowCount())
        ]

    assert told() == [
        ["reader", "/backup", "read and write"],
        ["reader", "/srv", "read only"],
        ["web", "/data", "read and write"],
    ]
    save_picture(filled, "volume-uses")
    QTest.mouseClick(
        uses.viewport(), Qt.MouseButton.LeftButton, pos=uses.visualRect(model.index(0, 0)).center()
    )
    assert filled.page is page, "that was beside the name"
    name = uses.visualRect(model.index(0, 0)).topLeft() + QPoint(20, 15)
    QTest.mouseClick(uses.viewport(), Qt.MouseButton.LeftButton, pos=name)
    wait_for(qtbot, lambda: isinstance(filled.page.detail, ContainerDetailView))
    wait_for(qtbot, lambda: text_of(filled, "containers.detail.title") == "reader")
    filled.show_page("volumes")
    uses.selectRow(2)
    QTest.keyClick(uses, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: text_of(filled, "containers.detail.title") == "web")
    filled.show_page("volumes")
    engine.containers.remove(reader, force=True)
    wait_for(qtbot, lambda: model.rowCount() == 1)
    assert text_of(detail, "volumes.detail.remark") == "Used by web"
    engine.state.volumes = [volume for volume in engine.state.volumes if volume.name != "data"]
    engine.state.publish("volume", "destroy", "data")
    wait_for(qtbot, lambda: text_of(detail, "volumes.detail.remark") == "It was deleted.")


def test_what_happens_behind_a_detail_view_is_seen(
    filled: MainWindow, desktop: DesktopViewModel, qtbot: QtBot
) -> None:
    page, row = show_data(filled, desktop, qtbot)
    page.act(row, "open")
    page.notice.say("It went wrong", "err", "Dismiss")
    wait_for(qtbot, page.notice.isVisible)
    assert page.detail is not None
    assert page.notice.geometry().bottom() < page.detail.mapTo(page, page.detail.rect().topLeft()).y()
    press(qtbot, filled, "volumes.notice.button")
    assert not page.notice.isVisible()


def test_a_volume_is_cloned_exported_imported_and_emptied(
    filled: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    tmp_path: Path,
    save_picture: Save,
) -> None:
    data = next(volume for volume in engine.state.volumes if volume.name == "data")
    data.files = {"/readme.txt": b"hello"}
    page, row = show_data(filled, desktop, qtbot)
    page.act(row, "clone")
    dialog = find(filled, QWidget, "clone-volume")
    save_picture(dialog, "volume-clone")
    press(qtbot, dialog, "clone-volume.create")
    wait_for(qtbot, lambda: text_of(filled, "volumes.notice.text") == "data-copy is a copy of data.")
    copy = next(volume for volume in engine.state.volumes if volume.name == "data-copy")
    assert copy.files == {"/readme.txt": b"hello"}
    target = tmp_path / "data.tgz"
    desktop.volumes.export("data", str(target))
    wait_for(qtbot, lambda: "exported to" in text_of(filled, "volumes.notice.text"))
    page.act(row, "empty")
    press(qtbot, filled, "volumes.empty-ask.confirm")
    wait_for(qtbot, lambda: "is empty now" in text_of(filled, "volumes.notice.text"))
    assert data.files == {}
    desktop.volumes.import_archive("data", str(target))
    wait_for(qtbot, lambda: "unpacked into" in text_of(filled, "volumes.notice.text"))
    assert data.files == {"/readme.txt": b"hello"}
    (tmp_path / "empty.tar").touch()
    desktop.volumes.import_archive("data", str(tmp_path / "empty.tar"))
    wait_for(qtbot, lambda: "is empty" in text_of(filled, "volumes.notice.text"))
    engine.fail("PUT /marina/volumes/data/archive", FaultKind.STATUS, status=400, message="invalid header")
    desktop.volumes.import_archive("data", str(target))
    wait_for(
        qtbot,
        lambda: "no archive that can be unpacked (invalid header)" in text_of(filled, "volumes.notice.text"),
    )
    desktop.volumes.export("data", "/dev/null")
    wait_for(qtbot, lambda: "is no plain file" in text_of(filled, "volumes.notice.text"))
    engine.fail("GET /marina/volumes/data/archive", FaultKind.STATUS, status=404, message="page not found")
    desktop.volumes.export("data", str(tmp_path / "again.tar"))
    wait_for(qtbot, lambda: "does not look into volumes" in text_of(filled, "volumes.notice.text"))
    assert not (tmp_path / "again.tar").exists()


def test_a_volume_is_backed_up_when_it_is_due(
    filled: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    tmp_path: Path,
    save_picture: Save,
) -> None:
    folder = tmp_path / "backups"
    data = next(volume for volume in engine.state.volumes if volume.name == "data")
    data.files = {"/readme.txt": b"hello"}
    page, row = show_data(filled, desktop, qtbot)
    ended: list[TaskEnd] = []
    desktop.tasks.ended.connect(ended.append)
    page.act(row, "backup")
    dialog = find(filled, QWidget, "backup-volume")
    assert not find(dialog, QAbstractButton, "backup-volume.save").isEnabled()
    find(dialog, QLineEdit, "backup-volume.folder").setText(str(folder))
    find(dialog, QSpinBox, "backup-volume.keep").setValue(2)
    press(qtbot, dialog, "backup-volume.save")
    wait_for(qtbot, lambda: "is not there" in text_of(dialog, "backup-volume.problem"))
    save_picture(dialog, "volume-backup")
    folder.mkdir()
    press(qtbot, dialog, "backup-volume.save")
    wait_for(qtbot, lambda: len(list(folder.glob("data-*.tar.gz"))) == 1, "the first one is due at once")
    wait_for(qtbot, lambda: bool(desktop.backups.plans and desktop.backups.plans["data"].last))
    page.act(row, "open")
    assert "backed up every day" in text_of(filled, "volumes.detail.remark")
    desktop.backups.look()
    wait_for(qtbot, lambda: not desktop.backups._is_busy)
    assert len(list(folder.iterdir())) == 1, "nothing is due"

    (only,) = folder.iterdir()
    only.rename(folder / "data-20200101T000000Z.tar.gz")
    engine.fail(
        "GET /marina/volumes/data/archive", FaultKind.STATUS, status=500, message="input/output error"
    )
    for _ in range(2):
        desktop.backups.look()
        wait_for(qtbot, lambda: not desktop.backups._is_busy)
    assert [end.title for end in ended] == ["data is backed up", "data could not be backed up"], (
        "tried again in an hour, not at once"
    )
    assert desktop.notifications.notices[0].title == "data could not be backed up"
    assert len(list(folder.iterdir())) == 1

    page.act(row, "backup")
    dialog = find(filled, QWidget, "backup-volume")
    every = find(dialog, QComboBox, "backup-volume.every")
    every.setCurrentIndex(every.findData(""))
    press(qtbot, dialog, "backup-volume.save")
    wait_for(qtbot, lambda: not desktop.backups.plans)
    assert len(list(folder.iterdir())) == 1, "its backups stay"


def test_a_network_is_made_and_unused_ones_go(
    filled: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    filled.show_page("networks")
    wait_for(qtbot, lambda: desktop.networks.total == 4)
    press(qtbot, filled, "networks.create")
    dialog = find(filled, QWidget, "create-network")
    find(dialog, QLineEdit, "create-network.name").setText("quiet")
    subnet = find(dialog, QLineEdit, "create-network.subnet")
    subnet.setText("172.31.0.0/99")
    assert "is written like" in text_of(dialog, "create-network.problem")
    save_picture(dialog, "network-create")
    for wrong, told in (
        ("172.30.4.0/24", "The network shop has addresses of this range: 172.30.0.0/16."),
        ("224.0.0.0/8", "cannot have addresses of this range"),
        ("172.31.0.0/31", "no room"),
    ):
        subnet.setText(wrong)
        assert told in text_of(dialog, "create-network.problem")
    subnet.setText("172.31.0.0/16")
    find(dialog, QCheckBox, "create-network.internal").click()
    press(qtbot, dialog, "create-network.create")
    wait_for(qtbot, lambda: desktop.networks.total == 5)
    made = engine.state.networks[-1]
    assert (made.name, made.subnet, made.internal) == ("quiet", "172.31.0.0/16", True)
    wait_for(qtbot, lambda: not filled.findChildren(QWidget, "create-network"))
    press(qtbot, filled, "networks.create")
    dialog = find(filled, QWidget, "create-network")
    find(dialog, QLineEdit, "create-network.name").setText("wired")
    kind, parent = (
        find(dialog, QComboBox, "create-network.kind"),
        find(dialog, QLineEdit, "create-network.parent"),
    )
    assert not parent.isVisible()
    kind.setCurrentIndex(kind.findData("macvlan"))
    wait_for(qtbot, parent.isVisible)
    parent.setText("eth0")
    save_picture(dialog, "network-create-macvlan")
    press(qtbot, dialog, "create-network.create")
    wait_for(qtbot, lambda: desktop.networks.total == 6)
    made = engine.state.networks.pop()
    assert (made.driver, made.parent) == ("macvlan", "eth0")
    engine.state.publish("network", "destroy", made.id)
    wait_for(qtbot, lambda: desktop.networks.total == 5)
    press(qtbot, filled, "networks.prune")
    assert text_of(filled, "networks.prune-ask.names") == "quiet"
    press(qtbot, filled, "networks.prune-ask.confirm")
    wait_for(qtbot, lambda: text_of(filled, "networks.notice.text") == "1 network deleted.")


def test_predefined_networks_cannot_be_deleted(
    filled: MainWindow, desktop: DesktopViewModel, qtbot: QtBot
) -> None:
    filled.show_page("networks")
    wait_for(qtbot, lambda: desktop.networks.total == 4)
    assert [row.can_be_deleted for row in desktop.networks.table.shown] == [True, False, False, False]


@pytest.mark.parametrize("model", [VolumeTable(), NetworkTable()])
def test_models_keep_qt_rules(model: RowTableModel[Any], qtmodeltester: Any) -> None:
    qtmodeltester.check(model, force_py=False)
