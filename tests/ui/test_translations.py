"""The texts: all of them translated, the built files up to date, and a window in Chinese."""

import ast
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.wording.service_texts import say
from app.viewmodels.wording.wording import format_age, format_duration, format_engine_age
from app.views.application import install_translations
from app.views.main_window import MainWindow
from app.views.theme import Appearance, Theme
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.support.translations import FOLDER, LANGUAGES, build, collect
from tests.ui.conftest import save_one_picture
from tests.ui.helpers import wait_for
from vm.machine.status import MachineState, Problem


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
        for place in ("{0}", "{1}", "{2}", "{3}", "%n"):
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
    assert [format_duration(seconds) for seconds in (0.0, 0.0002, 0.045, 0.1)] == [
        "0.0 s",
        "1 ms",
        "45 ms",
        "0.1 s",
    ]
    assert format_duration(8.14) == "8.1 s"
    assert format_duration(125) == "2 min 5 s"


def test_ages_that_the_engine_tells() -> None:
    for words, told in {
        "Less than a second": "just now",
        "Less than a second ago": "just now",
        "1 second": "1 second",
        "About an hour (healthy)": "healthy, 1 hour",
        "5 weeks ago": "5 weeks ago",
        "About a minute ago": "1 minute ago",
        "2 days (Paused)": "2 days",
        "3 hours (health: starting)": "health not known yet, 3 hours",
        "who knows": "who knows",
        "": "",
    }.items():
        assert format_engine_age(words) == told


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    """Everything that is said meanwhile is in Chinese."""
    installed = install_translations(qapp, QLocale("zh_CN"))
    yield
    for translator in installed:
        qapp.removeTranslator(translator)
    install_translations(qapp, QLocale())


@pytest.mark.parametrize(
    ("english", "told"),
    [
        ("The data disk is missing.", "数据磁盘丢失。"),
        ("12 MB are free in /data, 500 MB are needed.", "/data 中有 12 MB 可用，需要 500 MB。"),
        ("There is no Dockerfile.dev in /home/ada", "/home/ada 中没有 Dockerfile.dev"),
        ("The port is taken: 0.0.0.0:80 is in use by nginx", "端口已被占用：0.0.0.0:80 is in use by nginx"),
        # One text within another, two sentences in a row, and several lines.
        ("The engine does not answer: QEMU is not installed.", "引擎没有应答：未安装 QEMU。"),
        ("The data disk is missing. Put it back.", "数据磁盘丢失。请将其放回。"),
        (
            "process 7, the machine is failed: QEMU did not start.\nno",
            "进程 7，虚拟机的状态是 failed: QEMU 未能启动。\nno",
        ),
        # What is of others stays, also with braces, and when it is very long.
        ("no such image: {0} {name}", "no such image: {0} {name}"),
        ("{0} {1} cannot be read", "无法读取 {0} {1}"),
        ("x cannot be read " * 1_000, "x cannot be read " * 1_000),
        ("", ""),
    ],
)
def test_what_services_say_in_chinese(chinese: None, english: str, told: str) -> None:
    assert say(english) == told


def test_what_services_say_stays_english_in_an_english_window() -> None:
    assert say("There is no Dockerfile.dev in /home/ada") == "There is no Dockerfile.dev in /home/ada"


def test_a_failed_start_is_told_in_chinese(
    chinese: None,
    desktop: DesktopViewModel,
    machine: FakeMachine,
    qtbot: QtBot,
    save_picture: Callable[[QWidget, str], None],
) -> None:
    problem = Problem("The data disk is missing.", "/data/data.qcow2 is missing.", "Put it back.")
    machine.set(state=MachineState.STOPPED)
    machine.start_fails_with = problem
    window = MainWindow(desktop, "0")
    qtbot.addWidget(window)
    window.show()
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.failure is not None)
    failure = desktop.view.failure
    assert failure is not None
    assert failure.sentences == "数据磁盘丢失。/data/data.qcow2 丢失。请将其放回。"
    save_picture(window, "failed-zh")


@pytest.mark.usefixtures("save_picture")
def test_window_in_chinese(
    chinese: None,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    theme: Theme,
) -> None:
    image = engine.add_image("nginx:1.27")
    engine.containers.act(engine.add_container("web", image), "start", {})
    window = MainWindow(desktop, "0")
    qtbot.addWidget(window)
    window.show()
    desktop.begin()
    wait_for(qtbot, lambda: desktop.containers.running == 1)
    assert window.containers.title.text() == "容器"
    assert window.containers.count.text() == "1 个中有 1 个在运行"
    for appearance in (
        Appearance.DARK,
        Appearance.LIGHT,
    ):  # a change takes longer than a page
        theme.choose(appearance)
        for page in ("containers", "images", "builds", "compose", "learn", "settings", "troubleshoot"):
            window.show_page(page)
            assert window.page.name == page
            save_one_picture(window, f"{page}-zh", theme)
