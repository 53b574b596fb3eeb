"""The texts: all of them translated, the built files up to date, and a window in Chinese."""

import ast
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.wording import format_age, format_duration, format_engine_age
from app.views.application import install_translations
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.support.translations import FOLDER, LANGUAGES, build, collect
from tests.ui.helpers import wait_for


def read_texts(path: Path) -> dict[tuple[str, str], str]:
    """Return the translation of each text, "" for one that is not finished."""
    texts: dict[tuple[str, str], str] = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            finished = translation.get("type") is None
            text = "".join(translation.itertext()).strip() if finished else ""
            texts[context.findtext("name", ""), message.findtext("source", "")] = text
    return texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str, tmp_path: Path) -> None:
    fresh = tmp_path / f"{language}.ts"
    fresh.write_bytes((FOLDER / f"{language}.ts").read_bytes())
    collect(language, fresh)
    texts = read_texts(fresh)
    assert texts
    assert not [source for source, translation in texts.items() if not translation]
    assert texts == read_texts(FOLDER / f"{language}.ts"), "run python -m tests.support.translations"


@pytest.mark.parametrize("language", LANGUAGES)
def test_built_files_are_up_to_date(language: str, tmp_path: Path) -> None:
    build(FOLDER / f"{language}.ts", tmp_path / "fresh.qm")
    assert (tmp_path / "fresh.qm").read_bytes() == (FOLDER / f"{language}.qm").read_bytes()


def test_places_for_values_are_kept() -> None:
    for (_, source), translation in read_texts(FOLDER / "marina_zh_CN.ts").items():
        for place in ("{0}", "{1}", "%n"):
            assert source.count(place) == translation.count(place), source


def test_texts_with_a_number_are_not_inherited() -> None:
    """`tr` looks a text up for each class of an object in turn, but one with a number for the first only."""
    classes = [
        found
        for path in (FOLDER.parents[1] / "app").rglob("*.py")
        for found in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(found, ast.ClassDef)
    ]
    heirs = {base.id: found.name for found in classes for base in found.bases if isinstance(base, ast.Name)}
    for found in classes:
        calls = [call for call in ast.walk(found) if isinstance(call, ast.Call)]
        counted = [c for c in calls if ast.unparse(c.func) == "self.tr" and "%n" in ast.unparse(c.args[0])]
        assert found.name not in heirs or not counted, f"{found.name}, inherited by {heirs[found.name]}"


def test_english_plurals() -> None:
    assert format_age(1.0, now=100.0) == "1 minute ago"
    assert format_age(1.0, now=3.0 * 3600 + 1) == "3 hours ago"
    assert format_age(1.0, now=2.0) == "just now"
    assert format_age(0.0) == ""
    assert format_duration(8.14) == "8.1 s"
    assert format_duration(125) == "2 min 5 s"


def test_ages_that_the_engine_tells() -> None:
    for words, told in {
        "Less than a second": "just now",
        "Less than a second ago": "just now",
        "1 second": "1 second",
        "About an hour (healthy)": "1 hour, healthy",
        "5 weeks ago": "5 weeks ago",
        "About a minute ago": "1 minute ago",
        "2 days (Paused)": "2 days",
        "3 hours (health: starting)": "3 hours, health not known yet",
        "who knows": "who knows",
        "": "",
    }.items():
        assert format_engine_age(words) == told


def test_window_in_chinese(
    qapp: QApplication,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    save_picture: Callable[[QWidget, str], None],
) -> None:
    installed = install_translations(qapp, QLocale("zh_CN"))
    try:
        image = engine.add_image("nginx:1.27")
        engine.containers.act(engine.add_container("web", image), "start", {})
        window = MainWindow(desktop, "0")
        qtbot.addWidget(window)
        window.show()
        desktop.begin()
        wait_for(qtbot, lambda: desktop.containers.running == 1)
        assert window.containers.title.text() == "容器"
        assert window.containers.count.text() == "1 个中有 1 个在运行"
        save_picture(window, "containers-zh")
        for page in ("images", "builds", "compose", "learn", "settings", "troubleshoot"):
            window.show_page(page)
            assert window.page.name == page
            save_picture(window, f"{page}-zh")
    finally:
        for translator in installed:
            qapp.removeTranslator(translator)
        install_translations(qapp, QLocale())
