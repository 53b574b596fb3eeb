"""The Contents tab of an image: over an engine with a scanner that says what it is told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLineEdit,
    QProgressBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.views.application import install_translations
from app.views.main_window import MainWindow
from app.views.pages.images.contents_view import ContentsView
from app.views.widgets.table import RowTable
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.fake_scanner import FakeScanner, some_report
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]
CONTENTS = 1


@pytest.fixture
def scanner(engine: FakeEngine) -> Iterator[FakeScanner]:
    """The scanner in the registry; `install` puts it on the engine."""
    made = FakeScanner()
    engine.offer_image(made.name, behaviour=made)
    made.report = some_report()
    yield made
    made.may_end.set()


def install(engine: FakeEngine, scanner: FakeScanner, age_days: float = 0.0) -> None:
    """Have the scanner on the engine, with a list of vulnerabilities."""
    engine.add_image(scanner.name, behaviour=scanner)
    scanner.make_database(age_days)


@pytest.fixture
def page(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> Callable[[], None]:
    """Opens the Contents tab of an image, anew if it is open."""
    engine.add_image("shop-api:2.4.1", size=287_000_000)

    def open_page() -> None:
        if window.images.detail is None:
            desktop.begin()
        else:
            window.images.go_back()
            wait_for(qtbot, lambda: not window.findChildren(QWidget, "images.detail"))
        window.show_page("images")
        wait_for(qtbot, lambda: desktop.images.is_loaded and desktop.images.total > 0)
        rows = desktop.images.table.rows
        window.images.act(next(row for row in rows if row.tag == "shop-api:2.4.1"), "contents")

    return open_page


def shown(window: MainWindow, name: str) -> bool:
    """Return whether the widget `name` is in sight."""
    return find(window, QWidget, name).isVisible()


def ids(window: MainWindow) -> list[str]:
    """Return the vulnerabilities in the table."""
    model = find(window, RowTable, "images.contents.vulnerabilities").model()
    return [str(model.index(row, 4).data()) for row in range(model.rowCount())]


def test_nothing_is_fetched_before_a_click(
    page: Callable[[], None],
    window: MainWindow,
    engine: FakeEngine,
    scanner: FakeScanner,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.offer"))
    assert "170.0 MB" in text_of(window, "images.contents.offer")
    assert not any("/images/create" in line for line in engine.requests)
    save_picture(window, "image-contents-first")
    scanner.may_end.clear()
    press(qtbot, window, "images.contents.first")
    wait_for(
        qtbot, lambda: text_of(window, "images.contents.step") == "Fetching the list of vulnerabilities…"
    )
    assert any("/images/create" in line for line in engine.requests)
    scanner.may_end.set()
    wait_for(qtbot, lambda: shown(window, "images.contents.vulnerabilities"))
    assert scanner.ran == ["download-db", "image.tar"]
    wait_for(qtbot, lambda: not engine.state.containers, "what the scanner ran in is gone")


def test_what_was_found(
    page: Callable[[], None],
    window: MainWindow,
    engine: FakeEngine,
    scanner: FakeScanner,
    qtbot: QtBot,
    opened_urls: list[str],
    save_picture: Save,
) -> None:
    install(engine, scanner)
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))
    press(qtbot, window, "images.contents.first")
    wait_for(qtbot, lambda: shown(window, "images.contents.vulnerabilities"))
    assert text_of(window, "images.contents.summary") == "1 critical · 2 high · 1 medium · 1 low"
    assert "debian 13.2" in text_of(window, "images.contents.remark")
    assert scanner.ran == ["image.tar"], "nothing was fetched"
    assert ids(window)[:3] == ["CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003"]
    save_picture(window, "image-contents")
    table = find(window, RowTable, "images.contents.vulnerabilities")
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened_urls == ["https://avd.aquasec.com/nvd/cve-2026-1001"]
    QTest.keyClicks(find(window, QLineEdit, "images.contents.filter"), "perl")
    assert ids(window) == ["CVE-2026-1003"]
    press(qtbot, window, "images.contents.kind.packages")
    packages = find(window, RowTable, "images.contents.packages").model()
    assert packages.rowCount() == 1
    find(window, QLineEdit, "images.contents.filter").clear()
    assert packages.rowCount() == 7
    assert text_of(window, "images.contents.count") == "7 packages"
    save_picture(window, "image-contents-packages")


def test_in_chinese(
    page: Callable[[], None],
    desktop: DesktopViewModel,
    engine: FakeEngine,
    scanner: FakeScanner,
    qapp: QApplication,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    del page
    install(engine, scanner)
    translators = install_translations(qapp, QLocale(QLocale.Language.Chinese))
    try:
        window = MainWindow(desktop, "0.0-test")
        window.may_close = True
        qtbot.addWidget(window)
        window.show()
        desktop.begin()
        window.show_page("images")
        wait_for(qtbot, lambda: desktop.images.total > 0)
        window.images.show_image(desktop.images.table.shown[-1])
        find(window, QTabBar, "images.detail.tabs").setCurrentIndex(CONTENTS)
        wait_for(qtbot, lambda: shown(window, "images.contents.first"))
        save_picture(window, "image-contents-first-zh")
        press(qtbot, window, "images.contents.first")
        wait_for(qtbot, lambda: shown(window, "images.contents.vulnerabilities"))
        save_picture(window, "image-contents-zh")
        window.close()
    finally:
        for translator in translators or ():
            qapp.removeTranslator(translator)


@pytest.mark.parametrize("state", [MachineState.SUSPENDED, MachineState.STOPPED])
def test_a_scan_waits_for_the_engine(
    page: Callable[[], None],
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    machine: FakeMachine,
    scanner: FakeScanner,
    qtbot: QtBot,
    state: MachineState,
) -> None:
    install(engine, scanner)
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))
    machine.set(state=state)
    wait_for(qtbot, lambda: not desktop.view.can_be_used)
    before = machine.requests.count("start")
    press(qtbot, window, "images.contents.first")
    assert [task.words.going_on for task in desktop.tasks.running] == ["Scan shop-api:2.4.1"]
    assert scanner.ran == [], "it waits"
    wait_for(qtbot, lambda: machine.requests.count("start") == before + 1)
    wait_for(qtbot, lambda: shown(window, "images.contents.vulnerabilities"))
    assert scanner.ran == ["image.tar"]


@pytest.mark.parametrize(
    ("said", "label", "leads_to"),
    [
        (
            "tls: failed to verify certificate: x509: unknown",
            "Add a certificate…",
            "settings.certificates.add",
        ),
        ("dial tcp: lookup mirror.gcr.io: no such host", "Proxy settings", "settings.proxy.system"),
    ],
)
def test_what_helps_to_fetch_is_led_to(
    page: Callable[[], None],
    window: MainWindow,
    scanner: FakeScanner,
    qtbot: QtBot,
    save_picture: Save,
    said: str,
    label: str,
    leads_to: str,
) -> None:
    scanner.fetch_failure = said
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))
    press(qtbot, window, "images.contents.first")
    wait_for(qtbot, lambda: shown(window, "images.contents.failure"))
    helping = find(window, QAbstractButton, "images.contents.failure.help")
    assert helping.text() == label
    assert not shown(window, "images.contents.failure.load"), "a list comes from its servers alone"
    save_picture(window, f"image-contents-{leads_to}")
    helping.click()
    wait_for(qtbot, find(window, QWidget, leads_to).isVisible)


def test_nothing_found(
    page: Callable[[], None],
    window: MainWindow,
    engine: FakeEngine,
    scanner: FakeScanner,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    install(engine, scanner)
    scanner.report = {"Results": []}
    scanner.without_java = True
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))
    press(qtbot, window, "images.contents.first")
    wait_for(qtbot, lambda: text_of(window, "images.contents.summary") == "No known vulnerability")
    assert text_of(window, "images.contents.warning.text") == "Java archives were not looked at"
    save_picture(window, "image-contents-nothing")
    press(qtbot, window, "images.contents.warning.button")
    wait_for(qtbot, lambda: scanner.ran == ["image.tar", "download-java-db", "image.tar"])


def test_an_old_list_is_told_and_can_be_used(
    page: Callable[[], None],
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    scanner: FakeScanner,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    install(engine, scanner, age_days=12)
    scanner.fetch_failure = "dial tcp: lookup mirror.gcr.io: no such host"
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))
    press(qtbot, window, "images.contents.first")  # it says "Update and scan"
    wait_for(qtbot, lambda: shown(window, "images.contents.failure"))
    assert text_of(window, "images.contents.failure.summary") == (
        "The list of vulnerabilities could not be fetched"
    )
    save_picture(window, "image-contents-offline")
    press(qtbot, window, "images.contents.old")
    wait_for(qtbot, lambda: shown(window, "images.contents.vulnerabilities"))
    wait_for(qtbot, lambda: "there is a newer one" in text_of(window, "images.contents.warning.text"))
    assert not shown(window, "images.contents.failure")
    scanner.fetch_failure = ""
    press(qtbot, window, "images.contents.scan")
    wait_for(qtbot, lambda: not shown(window, "images.contents.warning"))
    wait_for(qtbot, lambda: not desktop.scans.is_active)
    assert scanner.ran == ["download-db", "image.tar", "download-db", "image.tar"]


def test_a_scan_goes_on_when_its_page_is_left_and_is_cancelled(
    page: Callable[[], None],
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    scanner: FakeScanner,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    install(engine, scanner)
    scanner.may_end.clear()
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))
    press(qtbot, window, "images.contents.first")
    wait_for(qtbot, lambda: text_of(window, "images.contents.step") == "Looking for packages…")
    save_picture(window, "image-contents-scanning")
    assert [task.words.going_on for task in desktop.background.tasks.running] == ["Scanning shop-api:2.4.1"]
    engine.add_container("web", engine.state.images[0])
    desktop.containers.refresh()
    wait_for(qtbot, lambda: [row.name for row in desktop.containers.table.rows] == ["web"])
    assert len(engine.state.containers) == 2, "the scanner's is no container of the user's"
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.work"))
    assert find(window, QProgressBar, "images.contents.progress").maximum() == 0
    press(qtbot, window, "images.contents.cancel")
    assert not shown(window, "images.contents.work")
    assert not desktop.background.tasks.running
    wait_for(qtbot, lambda: len(engine.state.containers) == 1, "its container is gone")
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))


def test_a_failed_scan_leaves_what_was_found_before(
    page: Callable[[], None], window: MainWindow, engine: FakeEngine, scanner: FakeScanner, qtbot: QtBot
) -> None:
    install(engine, scanner)
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))
    press(qtbot, window, "images.contents.first")
    wait_for(qtbot, lambda: shown(window, "images.contents.vulnerabilities"))
    scanner.scan_failure = "unable to open image.tar as a Docker image"
    press(qtbot, window, "images.contents.scan")
    wait_for(qtbot, lambda: shown(window, "images.contents.failure"))
    assert text_of(window, "images.contents.failure.summary") == "The scanner could not read shop-api:2.4.1"
    assert len(ids(window)) == 5


def test_without_an_engine_the_last_scan_is_there(
    page: Callable[[], None], window: MainWindow, engine: FakeEngine, scanner: FakeScanner, qtbot: QtBot
) -> None:
    install(engine, scanner)
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))
    press(qtbot, window, "images.contents.first")
    wait_for(qtbot, lambda: shown(window, "images.contents.vulnerabilities"))
    engine.fail("GET /images/aquasec", FaultKind.STATUS, status=500, message="it is broken", times=2)
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.vulnerabilities"))
    press(qtbot, window, "images.contents.scan")
    wait_for(qtbot, lambda: shown(window, "images.contents.failure"))
    assert len(ids(window)) == 5


def test_the_list_is_saved(
    page: Callable[[], None],
    window: MainWindow,
    engine: FakeEngine,
    scanner: FakeScanner,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    install(engine, scanner)
    page()
    wait_for(qtbot, lambda: shown(window, "images.contents.first"))
    press(qtbot, window, "images.contents.first")
    wait_for(qtbot, lambda: shown(window, "images.contents.vulnerabilities"))
    find(window, ContentsView, "images.contents").choose_save("cyclonedx")
    dialog = find(window, QFileDialog, "images.contents.file")
    assert dialog.selectedFiles()[0].endswith("shop-api-2.4.1.cdx.json")
    dialog.fileSelected.emit(str(tmp_path / "list.json"))
    dialog.close()
    wait_for(qtbot, lambda: shown(window, "images.contents.notice"))
    assert (tmp_path / "list.json").read_text() == '{"bomFormat": "CycloneDX"}'
