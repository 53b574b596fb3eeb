"""Levels in logs: which words count, and which colour a line has."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.services.settings import SettingsFile
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.terminal.terminal_text import Span, parse_line
from app.views.main_window import MainWindow
from app.views.theme import Theme, monospace_font
from app.views.widgets.log.log_levels import find_level
from app.views.widgets.log.log_painter import LinePainter
from app.views.widgets.log.log_view import LogView
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import find, press, wait_for
from tests.ui.test_containers_page import names, start_container

Save = Callable[[QWidget, str], None]
QUICK = 0.05  # seconds of processor time: a thousand times what a usual line takes


@pytest.mark.parametrize(
    ("text", "name", "word"),
    [
        ("2026-11-26 10:00:00 ERROR [main] it broke", "error", "ERROR"),
        ("2026-11-26 10:00:00.123 UTC [1] FATAL:  no such role", "error", "FATAL"),
        ("2026/11/26 10:00:00 [error] 7#7: open() failed", "error", "error"),
        ("2026/11/26 10:00:00 [notice] 1#1: start worker", "info", "notice"),
        ("[12:00:00 WRN] slow", "warning", "WRN"),
        ("10:00AM ERR it broke error=x", "error", "ERR"),
        ("time=10:00 level=warning msg=slow", "warning", "warning"),
        ('ts=1 caller=main.go:1 lvl="eror" level=debug', "debug", "debug"),
        ('{"time":1,"severity":"ERROR","message":"x"}', "error", "ERROR"),
        ('{"log.level": "info", "message": "an error"}', "info", "info"),
        ('{"level":50,"time":1,"msg":"it broke"}', "error", "50"),
        ('{"level":30,"time":1}', "info", "30"),
        ("WARN[0000] no such file", "warning", "WARN"),
        ("ERRO[0001] it broke", "error", "ERRO"),
        ("WARNING:root:careful", "warning", "WARNING"),
        ("INFO:     Uvicorn running", "info", "INFO"),
        ("npm ERR! code 1", "error", "ERR"),
        ("Error: listen EADDRINUSE", "error", "Error"),
        ("main.c:1:2: warning: unused", "warning", "warning"),
        ("fail: Microsoft.Hosting[0]", "error", "fail"),
        ("dbug: Microsoft.Hosting[0]", "debug", "dbug"),
        ("E1126 10:00:00.000001       1 main.go:1] it broke", "error", "E"),
        ("I1126 10:00:00.000001       1 main.go:1] fine", "info", "I"),
        ("INFO handled ERROR", "info", "INFO"),
    ],
)
def test_a_line_says_how_serious_it_is(text: str, name: str, word: str) -> None:
    level = find_level(text)
    assert level is not None
    assert (level.name, text[level.start : level.end]) == (name, word)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GET /ERROR HTTP/1.1 200",
        "GET /?level=error HTTP/1.1",
        "an error has been made good",
        "0 ERRORS, MY_ERROR_CODE, ERROR-17",
        "informed, warned, debugged",
        "E1126 and nothing else",
        "level=7",
        "x" * 600 + " ERROR",
        "日志 错误",
    ],
)
def test_a_line_that_does_not_say_has_no_level(text: str) -> None:
    assert find_level(text) is None


@pytest.mark.parametrize("text", ["level", "[ ", " ", "level=", "error", "| ", "{'level':'", ": error"])
def test_a_hostile_line_is_looked_at_quickly(text: str) -> None:
    begin = time.thread_time()
    find_level(text * 4_000)
    assert time.thread_time() - begin < QUICK


def look(raw: str, is_error: bool = False, ahead: int = 0) -> tuple[str, list[tuple[str, int | None, bool]]]:
    """Return the name of a line's colour, and each stretch of its own: text, colour, whether it is bold."""
    painter = LinePainter(monospace_font())
    painter.shows_levels, painter.ahead = True, ahead
    styled = parse_line(raw)
    spans = (Span(0, ahead, 2, True), *styled.spans) if ahead else styled.spans
    color, shown = painter.look(LogLine(styled.text, spans, is_error=is_error))
    tokens = Theme.current().tokens
    name = next(name for name in ("text", "err", "warn", "muted") if getattr(tokens, name) == color)
    return name, [(styled.text[span.start : span.end], span.color, span.bold) for span in shown]


@pytest.mark.parametrize(
    ("raw", "is_error", "color", "spans"),
    [
        ("ERROR it broke", False, "err", [("ERROR", None, True)]),
        ("WARN slow", True, "warn", [("WARN", None, True)]),
        ("INFO to the other stream", True, "text", [("INFO", 4, True)]),
        ("DEBUG x", False, "muted", []),
        ("no level", False, "text", []),
        ("no level", True, "err", []),
        ("\x1b[32mERROR\x1b[0m it says green", False, "text", [("ERROR", 2, False)]),
        ("ERROR is \x1b[1mheavy\x1b[0m", False, "err", [("heavy", None, True)]),
    ],
)
def test_a_line_has_the_colour_of_its_level_but_its_own_comes_first(
    raw: str, is_error: bool, color: str, spans: list[tuple[str, int | None, bool]]
) -> None:
    assert look(raw, is_error) == (color, spans)


def test_a_name_in_front_says_nothing_of_the_level() -> None:
    assert look("error | INFO fine", ahead=8) == ("text", [("error | ", 2, True), ("INFO", 4, True)])
    assert look("web   | ERROR bad", ahead=8) == ("err", [("web   | ", 2, True), ("ERROR", None, True)])


LINES = (
    "2026-11-26 10:00:00 INFO  listening on http://0.0.0.0:8080/",
    "2026-11-26 10:00:01 DEBUG cache is empty",
    "2026-11-26 10:00:02 WARN  the disk is slow",
    "2026-11-26 10:00:03 ERROR request 7 failed: see http://docs.example/errors/7.",
    "    at handle (server.js:17)",
    "\x1b[35mERROR\x1b[0m in the program's own colour",
    "2026/11/26 10:00:04 [notice] 1#1: start worker process 29",
    '{"level":40,"time":1795687205,"msg":"a structured warning"}',
)


def test_levels_are_switched_and_remembered(
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    folder: Path,
    save_picture: Save,
) -> None:
    container = start_container(engine, "web")
    for line in LINES:
        container.write(1, f"{line}\n".encode())
    desktop.begin()
    wait_for(qtbot, lambda: names(window) == ["web"])
    window.containers.show_container(window.containers.viewmodel.table.shown[0].key)
    log = find(window, LogView, "containers.logs.text")
    wait_for(qtbot, lambda: log.line_count == len(LINES))
    log.flush()
    with_levels = log.grab().toImage()
    save_picture(window, "logs-levels")
    press(qtbot, window, "containers.logs.levels")
    assert log.grab().toImage() != with_levels
    desktop.preferences.save()
    assert SettingsFile(folder / "desktop.json").load().log_levels is False
    press(qtbot, window, "containers.logs.levels")
    assert log.grab().toImage() == with_levels
