"""How a terminal looks: text can be read on every colour of the theme, lines and blocks have no gaps."""

import itertools

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.viewmodels.terminal.terminal_cells import DEFAULT, HIDDEN, REVERSE, RGB, Style
from app.views.theme import CONTRAST, DARK, LIGHT, Tokens, contrast
from app.views.widgets.terminal.terminal_boxes import draw_box
from app.views.widgets.terminal.terminal_colors import cell_colors


@pytest.mark.parametrize("tokens", [LIGHT, DARK, CONTRAST], ids=["light", "dark", "contrast"])
@pytest.mark.parametrize("flags", [0, REVERSE])
def test_text_can_be_read_on_every_colour_of_the_theme(tokens: Tokens, flags: int) -> None:
    colors = [DEFAULT, *range(16)]
    others = [DEFAULT, *range(16), 226, 232, RGB | 0xFFFF00, RGB | 0x102030]
    for fore, back in itertools.chain(itertools.product(others, colors), itertools.product(colors, others)):
        front, behind = cell_colors(Style(fore, back, flags), tokens)
        assert contrast(front.name(), behind.name() if behind else tokens.surface) >= 4.5, (fore, back)


def test_a_program_that_chooses_both_colours_gets_them() -> None:
    style = Style(RGB | 0x111111, RGB | 0x121212)
    front, behind = cell_colors(style, LIGHT)
    assert (front.name(), behind and behind.name()) == ("#111111", "#121212")
    hidden, behind = cell_colors(Style(1, 4, HIDDEN), LIGHT)
    assert hidden == behind


def painted(qapp: QApplication, character: str) -> set[tuple[int, int]]:
    """Return the points of a cell of 8 by 16 that `character` colours."""
    del qapp
    image = QImage(8, 16, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    assert draw_box(painter, QRect(0, 0, 8, 16), character, QColor("black"))
    painter.end()
    black = QColor("black")
    return {(x, y) for x in range(8) for y in range(16) if image.pixelColor(x, y) == black}


def test_lines_reach_the_edges(qapp: QApplication) -> None:
    assert {y for _, y in painted(qapp, "│")} == set(range(16))
    assert {x for x, _ in painted(qapp, "─")} == set(range(8))
    corner = painted(qapp, "┌")
    assert max(x for x, _ in corner) == 7
    assert max(y for _, y in corner) == 15
    assert not {(x, y) for x, y in corner if y < 7}
    assert len(painted(qapp, "┃")) == 2 * len(painted(qapp, "│"))


def test_blocks_fill_their_part(qapp: QApplication) -> None:
    assert len(painted(qapp, "█")) == 8 * 16
    assert painted(qapp, "▀") | painted(qapp, "▄") == painted(qapp, "█")
    assert painted(qapp, "▌") == {(x, y) for x in range(4) for y in range(16)}
    assert painted(qapp, "▁") == {(x, y) for x in range(8) for y in (14, 15)}


def test_letters_are_the_fonts(qapp: QApplication) -> None:
    image = QImage(8, 16, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    assert not draw_box(painter, QRect(0, 0, 8, 16), "a", QColor("black"))
    painter.end()
