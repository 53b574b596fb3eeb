"""Bringing things over from another engine: found, chosen in numbers, copied, called off."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QProgressBar, QTreeWidget, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from app.services.engine.engine_client import EngineClient
from app.services.errors import CancelledError, UserError
from app.services.machine.machine_data import MachineData
from app.services.migration import migration as service
from app.services.migration.migration import Phase, Progress
from app.services.migration.plan import Key, Plan
from app.services.migration.sources import SourceEngine
from app.viewmodels.desktop import DesktopViewModel
from app.views.dialogs.import_dialog import ImportDialog
from app.views.main_window import MainWindow
from app.views.widgets.banner import Banner
from tests.fakes.fake_access import FakeAccess
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeNetwork, FakeVolume
from tests.ui.helpers import find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]


@pytest.fixture
def place(folder: Path) -> Path:
    """A folder for another engine's socket."""
    made = folder / "o"
    made.mkdir()
    return made


@pytest.fixture
def other(access: FakeAccess, place: Path) -> Iterator[FakeEngine]:
    """Another engine of this computer, with a bit of everything."""
    with FakeEngine(place) as fake:
        web = fake.add_image("shop/web:1.4", size=412_000_000)
        fake.add_image("postgres:17", size=438_000_000)
        fake.state.volumes += [FakeVolume("shop-db", size=1_230_000_000), FakeVolume("cache", size=9_000_000)]
        fake.state.networks.append(FakeNetwork("shop", "bridge", "10.7.0.0/16", False))
        fake.add_container("shop-web", web)
        access.others = [SourceEngine("desktop-linux", "Docker Desktop", str(fake.socket_path))]
        yield fake


def open_dialog(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> ImportDialog:
    """Go there as a user does, once the engine can be used."""
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("settings")
    press(qtbot, window, "settings.section.engines")
    press(qtbot, window, "settings.engines.import")
    return find(window, ImportDialog, "import")


def lines(dialog: QWidget) -> dict[str, QTreeWidgetItem]:
    """Return the things by name."""
    tree, found = find(dialog, QTreeWidget, "import.things"), {}
    for place in range(tree.topLevelItemCount()):
        group = tree.topLevelItem(place)
        assert group is not None
        for row in range(group.childCount()):
            if (line := group.child(row)) is not None:
                found[line.text(0)] = line
    return found


def look(window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot) -> ImportDialog:
    """Open the dialog and wait until it shows what is there."""
    dialog = open_dialog(window, desktop, qtbot)
    wait_for(qtbot, lambda: "shop" in lines(dialog))
    return dialog


def is_in_sight(dialog: QWidget, name: str) -> bool:
    """Return whether a button can be seen."""
    return find(dialog, QAbstractButton, name).isVisible()


class Scripted:
    """A copy that does what a test says; what the real one does is tried with real engines."""

    made: "Scripted | None" = None

    def __init__(
        self, source: EngineClient, target: EngineClient, plan: Plan, tell: Callable[[Progress], None]
    ) -> None:
        del source, target
        self.plan, self.tell = plan, tell
        self.go_on, self.cancelled = threading.Event(), threading.Event()
        self.errors: dict[Key, UserError] = {}
        type(self).made = self

    def cancel(self) -> None:
        """See `Migration`."""
        self.cancelled.set()
        self.go_on.set()

    def run(self) -> dict[Key, UserError]:
        """See `Migration`."""
        self.go_on.wait(30)
        if self.cancelled.is_set():
            raise CancelledError
        return self.errors


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Scripted]:
    """Put `Scripted` in the copy's place; returns what gives the one that was begun."""
    Scripted.made = None
    monkeypatch.setattr(service, "Migration", Scripted)

    def made() -> Scripted:
        assert Scripted.made is not None
        return Scripted.made

    return made


def test_what_is_there_is_shown_in_numbers_and_chosen(
    window: MainWindow, desktop: DesktopViewModel, other: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    dialog = look(window, desktop, qtbot)
    found = lines(dialog)
    assert list(found) == ["postgres:17", "shop/web:1.4", "cache", "shop-db", "shop", "shop-web"]
    ticked = {name: line.checkState(0) == Qt.CheckState.Checked for name, line in found.items()}
    assert ticked == {**dict.fromkeys(found, True), "shop-web": False}, "containers only when asked for"
    assert "5 things to copy, about 2.09 GB" in text_of(dialog, "import.sum")
    assert found["shop-db"].text(1) == "1.23 GB"
    save_picture(dialog, "import")
    found["cache"].setCheckState(0, Qt.CheckState.Unchecked)
    save_picture(dialog, "import-part")
    for name in found:
        found[name].setCheckState(0, Qt.CheckState.Unchecked)
    assert text_of(dialog, "import.sum") == "Nothing is chosen."
    assert not find(dialog, QAbstractButton, "import.start").isEnabled()
    found["shop-web"].setCheckState(0, Qt.CheckState.Checked)
    assert "2 things to copy" in text_of(dialog, "import.sum"), "it needs its image"


def test_what_does_not_fit_is_not_begun(
    window: MainWindow,
    desktop: DesktopViewModel,
    other: FakeEngine,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    save_picture: Save,
) -> None:
    del other
    monkeypatch.setattr(MachineData, "room", lambda _: 2_000_000_000)
    dialog = look(window, desktop, qtbot)
    total = text_of(dialog, "import.sum")
    assert "2.00 GB are free" in total
    assert "The copy needs 2.94 GB" in total, (
        "the archive of the largest images lies there while it is unpacked"
    )
    assert not find(dialog, QAbstractButton, "import.start").isEnabled()
    save_picture(dialog, "import-too-much")
    lines(dialog)["shop-db"].setCheckState(0, Qt.CheckState.Unchecked)
    assert find(dialog, QAbstractButton, "import.start").isEnabled()


def test_a_network_really_comes_over(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, other: FakeEngine, qtbot: QtBot
) -> None:
    other.state.images.clear()
    other.state.containers.clear()
    other.state.volumes.clear()
    dialog = look(window, desktop, qtbot)
    press(qtbot, dialog, "import.start")
    wait_for(qtbot, lambda: text_of(dialog, "import.sum") == "1 thing copied.")
    assert [n.subnet for n in engine.state.networks if n.name == "shop"] == ["10.7.0.0/16"]
    assert lines(dialog)["shop"].text(2) == "Copied"
    press(qtbot, dialog, "import.look")
    wait_for(qtbot, lambda: "stays as it is" in lines(dialog).get("shop", QTreeWidgetItem()).text(2))
    assert not find(dialog, QAbstractButton, "import.start").isEnabled()


def test_how_it_goes_is_shown_and_what_failed_says_why(
    window: MainWindow,
    desktop: DesktopViewModel,
    other: FakeEngine,
    script: Callable[[], Scripted],
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    dialog = look(window, desktop, qtbot)
    press(qtbot, dialog, "import.start")
    wait_for(qtbot, lambda: Scripted.made is not None)
    copy = script()
    keys = {item.name: item.key for item in copy.plan.items}
    assert "shop-web" not in keys
    copy.tell(Progress(keys["postgres:17"], Phase.DONE))
    copy.tell(Progress(keys["shop/web:1.4"], Phase.COPYING, 100_000_000, 800_000_000, together=2))
    copy.tell(Progress(keys["cache"], Phase.UNPACKING))
    full = UserError("The disk of the machine is full", "no space left", "Raise its size.")
    copy.tell(Progress(keys["shop-db"], Phase.FAILED, error=full))
    wait_for(qtbot, lambda: "full" in lines(dialog)["shop-db"].text(2))
    found = {name: line.text(2) for name, line in lines(dialog).items()}
    assert found["postgres:17"] == "Copied"
    assert found["shop/web:1.4"] == "100.0 MB of 800.0 MB, together with 1 other"
    assert found["cache"] == "Unpacking"
    assert found["shop-db"] == "Failed. The disk of the machine is full"
    assert "Raise its size." in lines(dialog)["shop-db"].toolTip(2)
    sizes = {"postgres:17": 438, "shop/web:1.4": 412 / 8, "shop-db": 1230}
    bar = find(dialog, QProgressBar, "import.progress")
    assert bar.value() == round(1000 * sum(sizes.values()) / (438 + 412 + 1230 + 9))
    assert (is_in_sight(dialog, "import.cancel"), is_in_sight(dialog, "import.start")) == (True, False)
    save_picture(dialog, "import-under-way")
    copy.errors = {keys["shop-db"]: full}
    copy.go_on.set()
    wait_for(qtbot, lambda: "4 things copied. 1 failed" in text_of(dialog, "import.sum"))
    save_picture(dialog, "import-ended")  # in both looks
    lines(dialog)["cache"].setCheckState(0, Qt.CheckState.Unchecked)
    assert "4 things copied. 1 failed" in text_of(dialog, "import.sum")
    assert not find(dialog, QAbstractButton, "import.start").isEnabled(), (
        "what is here now is looked for first"
    )


def test_it_goes_on_while_its_dialog_is_closed_and_is_called_off(
    window: MainWindow,
    desktop: DesktopViewModel,
    other: FakeEngine,
    script: Callable[[], Scripted],
    qtbot: QtBot,
) -> None:
    del other
    dialog = look(window, desktop, qtbot)
    press(qtbot, dialog, "import.start")
    wait_for(qtbot, lambda: Scripted.made is not None)
    press(qtbot, dialog, "import.close")
    assert not dialog.isVisible()
    assert desktop.migration.is_active
    press(qtbot, window, "settings.engines.import")
    assert find(window, ImportDialog, "import") is dialog
    assert "shop" in lines(dialog), "what goes on is shown, nothing is looked for anew"
    press(qtbot, dialog, "import.cancel")
    wait_for(qtbot, lambda: text_of(dialog, "import.sum") == "Cancelled. What was copied before stays.")
    assert script().cancelled.is_set()
    assert not desktop.migration.is_active


def test_an_engine_that_does_not_answer_says_what_to_do(
    window: MainWindow,
    desktop: DesktopViewModel,
    access: FakeAccess,
    folder: Path,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    access.others = [SourceEngine("colima", "Colima", str(folder / "none.sock"))]
    dialog = open_dialog(window, desktop, qtbot)
    wait_for(qtbot, lambda: is_in_sight(dialog, "import.failure.retry"))
    assert text_of(dialog, "import.failure.summary") == "Colima does not answer"
    assert "Start it" in text_of(dialog, "import.failure.advice")
    save_picture(dialog, "import-failed")


def test_an_address_may_be_written(
    window: MainWindow, desktop: DesktopViewModel, access: FakeAccess, other: FakeEngine, qtbot: QtBot
) -> None:
    address = f"unix://{other.socket_path}"
    access.others = []
    dialog = open_dialog(window, desktop, qtbot)
    wait_for(qtbot, lambda: "No other engine" in text_of(dialog, "import.sum"))
    source = find(dialog, QComboBox, "import.source")
    source.setEditText(address)
    source.setFocus()
    QTest.keyClick(source, Qt.Key.Key_Return)  # looks, and does nothing else
    assert dialog.isVisible()
    wait_for(qtbot, lambda: "shop" in lines(dialog))


def test_the_empty_list_offers_what_another_engine_has(
    window: MainWindow, desktop: DesktopViewModel, other: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    del other
    desktop.begin()
    offer = find(window, Banner, "containers.import")
    wait_for(qtbot, offer.isVisible)
    assert offer.text == "Docker Desktop runs on this computer, with 2 images and 1 container."
    save_picture(window, "import-offer")
    press(qtbot, window, "containers.import.button")
    assert find(window, ImportDialog, "import").isVisible()
    find(window, ImportDialog, "import").close()
    press(qtbot, window, "containers.import.link")
    assert not offer.isVisible()


def test_nothing_is_offered_where_there_is_nothing(
    window: MainWindow, desktop: DesktopViewModel, access: FakeAccess, place: Path, qtbot: QtBot
) -> None:
    hints: list[str] = []
    desktop.migration.hinted.connect(hints.append)
    with FakeEngine(place) as empty:
        access.others = [
            SourceEngine("gone", "Colima", str(place / "none.sock")),
            SourceEngine("far", "far", str(place / "far.sock"), is_local=False),
            SourceEngine("empty", "Docker", str(empty.socket_path)),
        ]
        desktop.begin()
        wait_for(qtbot, lambda: "GET /info" in empty.requests)
        qtbot.wait(300)
    assert not hints
    assert not find(window, Banner, "containers.import").isVisible()
