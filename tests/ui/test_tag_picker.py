"""The tags that a registry has, in the pull dialog: asked for when one says so, chosen with mouse or keys."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QLineEdit, QListView, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.faults import FaultKind
from tests.ui.conftest import delete_now
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_images_page import images as images

Save = Callable[[QWidget, str], None]
CALL = "GET /marina/distribution"


def opened(window: MainWindow, qtbot: QtBot, name: str) -> QDialog:
    """Open the pull dialog for a name, and wait until it offers the tags."""
    window.pull_image(name)
    dialog = find(window, QDialog, "pull")
    wait_for(qtbot, find(dialog, QAbstractButton, "pull.tags.show").isVisible)
    return dialog


def tags(dialog: QWidget) -> list[str]:
    model = find(dialog, QListView, "pull.tags.list").model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def asked(engine: FakeEngine) -> list[str]:
    return [line.partition("distribution/")[2] for line in engine.requests if "/marina/distribution" in line]


@pytest.fixture
def offers(engine: FakeEngine) -> None:
    """A registry with a few tags of web, in no order."""
    for tag in ("alpine", "1.9", "1.27", "latest", "1.27-alpine", "1.27.3"):
        engine.offer_image(f"web:{tag}")


NEWEST_FIRST = ["latest", "1.27", "1.27-alpine", "1.27.3", "1.9", "alpine"]


def test_a_tag_is_chosen_by_mouse(
    images: MainWindow, engine: FakeEngine, offers: None, qtbot: QtBot, save_picture: Save
) -> None:
    dialog = opened(images, qtbot, "web:1.9")
    assert asked(engine) == [], "nobody has asked for the tags yet"
    press(qtbot, dialog, "pull.tags.show")
    wait_for(qtbot, lambda: tags(dialog) == NEWEST_FIRST)
    assert asked(engine) == ["web/tags"]
    assert text_of(dialog, "pull.tags.told") == "6 tags"
    view = find(dialog, QListView, "pull.tags.list")
    assert view.currentIndex().data() == "1.9", "the one that stands in the name"
    save_picture(dialog, "pull-tags")
    place = view.visualRect(view.model().index(1, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert find(dialog, QLineEdit, "pull.name").text() == "web:1.27"
    assert not view.isVisible()
    press(qtbot, dialog, "pull.start")
    wait_for(qtbot, lambda: text_of(dialog, "pull.done") == "web:1.27 is on this machine.")


def test_a_tag_is_chosen_by_keys(images: MainWindow, offers: None, qtbot: QtBot) -> None:
    dialog = opened(images, qtbot, "web")
    needle, name = find(dialog, QLineEdit, "pull.tags.filter"), find(dialog, QLineEdit, "pull.name")
    assert name.hasFocus()
    QTest.keyClick(name, Qt.Key.Key_Tab)
    assert find(dialog, QWidget, "pull.tags.show").hasFocus()
    QTest.keyClick(find(dialog, QAbstractButton, "pull.tags.show"), Qt.Key.Key_Space)
    wait_for(qtbot, lambda: len(tags(dialog)) == 6)
    assert needle.hasFocus()
    QTest.keyClicks(needle, "ALPINE")
    assert tags(dialog) == ["1.27-alpine", "alpine"]
    assert text_of(dialog, "pull.tags.told") == "2 of 6 tags"
    QTest.keyClick(needle, Qt.Key.Key_Down)
    view = find(dialog, QListView, "pull.tags.list")
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert name.text() == "web:alpine"
    assert name.hasFocus()
    assert find(dialog, QWidget, "pull.start").isVisible(), "Enter has chosen, and pulled nothing"
    find(dialog, QAbstractButton, "pull.tags.show").click()
    QTest.keyClick(needle, Qt.Key.Key_Escape)
    assert not view.isVisible()
    assert dialog.isVisible(), "Esc has closed the list, and not the dialog"


def test_another_name_is_asked_for_after_a_pause(
    images: MainWindow, engine: FakeEngine, offers: None, qtbot: QtBot
) -> None:
    engine.offer_image("database:17")
    dialog = opened(images, qtbot, "")
    press(qtbot, dialog, "pull.tags.show")
    assert "Type the name" in text_of(dialog, "pull.tags.told")
    name = find(dialog, QLineEdit, "pull.name")
    QTest.keyClicks(name, "database")
    wait_for(qtbot, lambda: tags(dialog) == ["17"])
    assert asked(engine)[-1] == "database/tags"
    assert len(asked(engine)) < len("database"), "not at each letter"
    before = len(asked(engine))
    QTest.keyClicks(name, ":1")
    assert tags(dialog) == ["17"]
    assert len(asked(engine)) == before, "another tag is the same repository"
    name.setText("Not A Name")
    assert tags(dialog) == []


def test_an_answer_for_an_older_name_comes_to_nothing(
    images: MainWindow, engine: FakeEngine, offers: None, qtbot: QtBot
) -> None:
    engine.fail(f"{CALL}/slow/tags", FaultKind.HANG)
    dialog = opened(images, qtbot, "slow")
    press(qtbot, dialog, "pull.tags.show")
    wait_for(qtbot, lambda: asked(engine) == ["slow/tags"])
    assert text_of(dialog, "pull.tags.told") == "Asking the registry…"
    find(dialog, QLineEdit, "pull.name").setText("web")
    wait_for(qtbot, lambda: tags(dialog) == NEWEST_FIRST)


def test_thousands_of_tags(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    for number in range(5_000):
        engine.offer_image(f"web:1.{number}")
    dialog = opened(images, qtbot, "web")
    press(qtbot, dialog, "pull.tags.show")
    wait_for(qtbot, lambda: len(tags(dialog)) == 5_000)
    assert tags(dialog)[0] == "1.4999"
    QTest.keyClicks(find(dialog, QLineEdit, "pull.tags.filter"), "123")
    assert all("123" in tag for tag in tags(dialog))
    assert text_of(dialog, "pull.tags.told").endswith("of 5000 tags")


def test_a_repository_without_tags(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.fail(CALL, FaultKind.WRONG_JSON)
    dialog = opened(images, qtbot, "web")
    press(qtbot, dialog, "pull.tags.show")
    wait_for(qtbot, lambda: text_of(dialog, "pull.tags.told") == "This repository has no tags.")


def test_one_signs_in_and_asks_again(
    images: MainWindow, engine: FakeEngine, offers: None, qtbot: QtBot, save_picture: Save
) -> None:
    engine.fail(CALL, FaultKind.STATUS, status=401, message="unauthorized: authentication required")
    engine.offer_image("registry.example.com:5000/shop/web:7")
    dialog = opened(images, qtbot, "registry.example.com:5000/shop/web:1")
    press(qtbot, dialog, "pull.tags.show")
    button = find(dialog, QAbstractButton, "pull.tags.failure.help")
    wait_for(qtbot, button.isVisible)
    assert "without signing in" in text_of(dialog, "pull.tags.failure.summary")
    save_picture(dialog, "pull-tags-failed")
    button.click()
    assert find(images, QLineEdit, "sign-in.registry").text() == "registry.example.com:5000"
    assert dialog.isVisible()
    find(images, QDialog, "sign-in").reject()
    press(qtbot, dialog, "pull.tags.failure.retry")
    wait_for(qtbot, lambda: tags(dialog) == ["7"])
    assert not find(dialog, QWidget, "pull.tags.failure").isVisible()


@pytest.mark.parametrize(
    ("message", "summary"),
    [
        ("repository web not found: name unknown", "The registry has no image web"),
        ("dial tcp: lookup example.com: no such host", "cannot be reached"),
    ],
)
def test_why_there_are_none_is_told(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, message: str, summary: str
) -> None:
    engine.fail(CALL, FaultKind.STATUS, status=404 if "not found" in message else 500, message=message)
    dialog = opened(images, qtbot, "web")
    press(qtbot, dialog, "pull.tags.show")
    wait_for(qtbot, find(dialog, QWidget, "pull.tags.failure").isVisible)
    assert summary in text_of(dialog, "pull.tags.failure.summary")


def test_another_engine_offers_none(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.product = "Docker Engine - Community"
    engine.offer_image("redis:7")
    before = len([line for line in engine.requests if "/version" in line])
    images.pull_image("redis:7")
    wait_for(qtbot, lambda: len([line for line in engine.requests if "/version" in line]) > before)
    dialog = find(images, QDialog, "pull")
    press(qtbot, dialog, "pull.start")
    wait_for(qtbot, lambda: text_of(dialog, "pull.done") == "redis:7 is on this machine.")
    assert not find(dialog, QWidget, "pull.tags.show").isVisible()
    assert asked(engine) == []


def test_an_older_engine_of_ours_takes_the_offer_back(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.fail(CALL, FaultKind.STATUS, status=404, message="page not found")
    dialog = opened(images, qtbot, "web")
    press(qtbot, dialog, "pull.tags.show")
    wait_for(qtbot, lambda: not find(dialog, QWidget, "pull.tags.show").isVisible())
    assert not find(dialog, QWidget, "pull.tags.list").isVisible()
    assert find(dialog, QLineEdit, "pull.name").hasFocus()


def test_a_list_whose_dialog_is_closed_hears_nothing(
    desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    """The answer of the engine may come after it."""
    found = desktop.open_tags()
    found.find_out()
    delete_now(found)
    wait_for(qtbot, lambda: "GET /version" in " ".join(engine.requests))
