"""Searching registries: from the Images page and from the quick search, and where there is none."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLineEdit, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.images.image_search import registry_of
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for

Save = Callable[[QWidget, str], None]


@pytest.fixture
def images(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window on its Images page; the registry has two images."""
    engine.offer_image("bitnami/redis:8")
    engine.offer_image("redis:7")
    desktop.begin()
    window.show_page("images")
    wait_for(qtbot, lambda: desktop.images.is_loaded)
    return window


def names(dialog: QWidget) -> list[str]:
    table = find(dialog, QTableWidget, "image-search.found")
    return [str(table.item(row, 0).text()) for row in range(table.rowCount())]  # type: ignore[union-attr]


def test_what_is_found_can_be_pulled(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    press(qtbot, images, "images.search")
    dialog = find(images, QWidget, "image-search")
    find(dialog, QLineEdit, "image-search.term").setText("redis")
    assert not [line for line in engine.requests if "/images/search" in line], "typing alone sends nothing"
    press(qtbot, dialog, "image-search.search")
    wait_for(qtbot, lambda: names(dialog) == ["bitnami/redis   official", "redis   official"])
    save_picture(dialog, "image-search")
    find(dialog, QTableWidget, "image-search.found").selectRow(1)
    press(qtbot, dialog, "image-search.pull")
    wait_for(qtbot, lambda: find(images, QLineEdit, "pull.name").text() == "redis")


def test_nothing_is_found(images: MainWindow, qtbot: QtBot) -> None:
    images.search_images("nobody-has-this")
    dialog = find(images, QWidget, "image-search")
    press(qtbot, dialog, "image-search.search")
    wait_for(qtbot, lambda: text_of(dialog, "image-search.told") == "Nothing found")


def test_a_registry_without_search_says_so(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    message = "Unexpected status code 404: registry.example offers no search"
    engine.fail("GET /images/search", FaultKind.STATUS, status=500, message=message)
    images.search_images("registry.example/redis")
    dialog = find(images, QWidget, "image-search")
    press(qtbot, dialog, "image-search.search")
    wait_for(qtbot, lambda: "registry.example offers no search" in text_of(dialog, "image-search.told"))
    assert "whole names" in text_of(dialog, "image-search.told")
    save_picture(dialog, "image-search-none")


def test_the_quick_search_offers_it(images: MainWindow, qtbot: QtBot) -> None:
    search = images.quick.search
    last = search.find("redis")[-1]
    assert (last.kind, last.target) == ("registry", "redis")
    assert search.find(">redis") == []
    images.quick.carry_out(last)
    dialog = find(images, QWidget, "image-search")
    press(qtbot, dialog, "image-search.search")
    wait_for(qtbot, lambda: len(names(dialog)) == 2)


@pytest.mark.parametrize(
    ("term", "registry"),
    [
        ("redis", ""),
        ("bitnami/redis", ""),
        ("ghcr.io/x", "ghcr.io"),
        ("localhost/x", "localhost"),
        ("a:5000/x", "a:5000"),
    ],
)
def test_which_registry_is_asked(term: str, registry: str) -> None:
    assert registry_of(term) == registry
