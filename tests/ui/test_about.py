"""About Marina: the parts of a package with their licences, and a Marina that runs from its source."""

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QPlainTextEdit, QTreeWidget, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from app.services.parts import PartsList
from app.views.dialogs.about_dialog import AboutDialog
from app.views.main_window import MainWindow
from app.views.widgets.buttons import Button
from app.views.widgets.text import WrappedLabel
from tests.ui.helpers import WAIT_MS, find, wait_for

Save = Callable[[QWidget, str], None]


def write_list(folder: Path, name: str, *components: tuple[str, str, dict[str, object]]) -> None:
    """Write a list of parts as a package has it."""
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [
            {"type": "library", "name": part, "version": version, "licenses": [licence]}
            for part, version, licence in components
        ],
    }
    (folder / name).write_text(json.dumps(document), encoding="utf-8")


def children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    """Return what is below an item of a tree."""
    return [child for row in range(item.childCount()) if (child := item.child(row))]


def test_parts_and_their_licences(window: MainWindow, folder: Path, qtbot: QtBot, save_picture: Save) -> None:
    mit: dict[str, object] = {"license": {"id": "MIT"}}
    write_list(
        folder,
        "program.cdx.json",
        ("rich", "15.0.0", mit),
        ("PySide6_Essentials", "6.11.3", {"expression": "LGPL-3.0-only"}),
        ("paramiko", "5.1.0", {"license": {"id": "LGPL-2.1-only"}}),
    )
    write_list(
        folder,
        "machine.cdx.json",
        ("crun", "1.21-1", {"license": {"name": "GPL-2+"}}),
        ("conmon", "2.1.12-4", {"license": {"name": "Apache-2.0"}}),
    )
    (folder / "licences" / "machine").mkdir(parents=True)
    (folder / "licences" / "machine" / "crun.txt").write_text("<b>Copyright</b> of crun\n" * 8)
    window.desktop.about.source = PartsList(folder)
    find(window, Button, "footer.about").click()
    dialog = find(window, AboutDialog, "about")
    tree, text = find(dialog, QTreeWidget, "about.parts"), find(dialog, QPlainTextEdit, "about.text")
    wait_for(qtbot, lambda: tree.topLevelItemCount() == 2)
    program, machine = children(tree.invisibleRootItem())
    listed = [[part.text(column) for column in range(3)] for part in children(program)]
    assert listed == [
        ["paramiko", "5.1.0", "LGPL-2.1-only"],
        ["PySide6_Essentials", "6.11.3", "LGPL-3.0-only"],
        ["rich", "15.0.0", "MIT"],
    ]
    tree.setCurrentItem(children(machine)[1])
    wait_for(qtbot, lambda: text.toPlainText().startswith("<b>Copyright</b> of crun"))
    save_picture(dialog, "about")
    tree.setCurrentItem(children(program)[2])
    wait_for(qtbot, lambda: text.toPlainText() == "The text is not in this package.")
    tree.setCurrentItem(program)
    assert not text.isVisible()
    find(dialog, Button, "about.close").click()


def test_from_the_source_there_are_no_lists(
    window: MainWindow, folder: Path, qtbot: QtBot, save_picture: Save
) -> None:
    window.desktop.about.source = PartsList(folder)
    window.quick.carry_out(next(entry for entry in window.quick.search.places if entry.target == "about"))
    dialog = find(window, AboutDialog, "about")
    note = find(dialog, WrappedLabel, "about.note")
    wait_for(qtbot, lambda: note.text().startswith("This Marina runs from its source"))
    save_picture(dialog, "about-source")


def test_a_list_that_makes_no_sense_is_none(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    (folder / "program.cdx.json").write_text("{")
    window.desktop.about.source = PartsList(folder)
    with qtbot.waitSignal(window.desktop.about.loaded, timeout=WAIT_MS):
        window.show_about()
    assert window.desktop.about.parts == ()
