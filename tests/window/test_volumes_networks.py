"""Volumes and networks in the window: looked into, cloned, emptied; members, and who reaches whom."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from app.views.pages.containers.container_facts_view import FactsView
from app.views.pages.containers.container_files_view import ContainerFilesView
from app.views.pages.storage.networks_page import NetworksPage
from app.views.pages.storage.volumes_page import VolumesPage
from app.views.widgets.table import RowTable
from tests.support.native_engine import NativeEngine
from tests.window.hands import Hands, drop, names, texts

Save = Callable[[QWidget, str], None]
READER = ("busybox", "sh", "-c")


def test_a_volume_is_filled_looked_into_cloned_and_emptied(
    hands: Hands,
    engine: NativeEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    hands.show("volumes")
    table = hands.the(VolumesPage).list
    hands.press("volumes.create")
    hands.write("create-volume.name", "data")
    hands.press("create-volume.create")
    hands.row_of(table, "data")
    inside = ("run", "--rm", "-v", "data:/data", *READER)
    engine.docker(*inside, "mkdir /data/base; echo rows >/data/base/table.db; ln -s /etc /data/way-out")
    hands.press_action(table, "data", "open")
    files = hands.see(RowTable, "volumes.files.table")
    hands.wait(lambda: texts(files) == ["base", "way-out"], lambda: str(texts(files)))
    new = tmp_path / "new.txt"
    new.write_text("new")
    drop(hands.the(ContainerFilesView), new)
    hands.wait(lambda: texts(files) == ["base", "new.txt", "way-out"], lambda: str(texts(files)))
    hands.wait_for_text("volumes.files.banner.text", "1 item copied in")
    save_picture(hands.window, "volume-files")
    back = tmp_path / "back"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(back), ""))
    files.selectRow(texts(files).index("new.txt"))
    hands.press("volumes.files.save")
    hands.wait_for_text("volumes.files.banner.text", "Saved as")
    assert back.read_text() == "new"
    hands.press("volumes.detail.back")

    hands.choose(table, "data", "clone")
    hands.press("clone-volume.create")
    hands.wait_for_text("volumes.notice.text", "data-copy is a copy of data.")
    hands.row_of(table, "data-copy")
    said = engine.docker("run", "--rm", "-v", "data-copy:/data", *READER, "cat /data/base/* /data/new.txt")
    assert said.stdout == b"rows\nnew"
    hands.choose(table, "data", "empty")
    hands.press("volumes.empty-ask.confirm")
    hands.wait_for_text("volumes.notice.text", "is empty now")
    assert engine.docker(*inside, "ls -A /data").stdout == b""
    hands.press("volumes.measure")
    hands.wait_for_text("volumes.count", "2 volumes, ")
    save_picture(hands.window, "volumes")
    hands.press_action(table, "data-copy", "delete")
    hands.press("volumes.delete.confirm")
    hands.wait(lambda: names(table) == ["data"], lambda: str(names(table)))


def test_containers_on_a_network_reach_each_other(
    hands: Hands, engine: NativeEngine, save_picture: Save
) -> None:
    for name in ("one", "two"):
        engine.docker("run", "-d", "--name", name, "--stop-signal", "KILL", "busybox", "sleep", "1000000")
    hands.show("networks")
    table = hands.the(NetworksPage).list
    hands.press("networks.create")
    hands.write("create-network.name", "shop")
    hands.press("create-network.create")
    hands.row_of(table, "shop")
    save_picture(hands.window, "networks")
    hands.press_action(table, "shop", "open")
    for name in ("one", "two"):
        hands.press("networks.detail.connect")
        hands.see(QComboBox, "connect-container.container").setCurrentText(name)
        hands.write("connect-container.names", f"the-{name}")
        hands.press("connect-container.connect")
        hands.gone("connect-container")
        members = hands.see(FactsView, "networks.detail.members")
        hands.row_of(members, name)
    members.selectAll()
    hands.press("networks.detail.check")
    hands.wait_for_text("networks.detail.reach.text", "by its name too")
    assert engine.docker("exec", "one", "nslookup", "the-two").returncode == 0
    save_picture(hands.window, "network")
    members.selectRow(0)
    hands.press("networks.detail.disconnect")
    hands.wait(lambda: len(texts(members)) == 1, lambda: str(texts(members)))
    hands.press("networks.detail.back")
