"""A terminal's colours on the theme's surfaces: 16 of the theme, xterm's cube and greys, and any other."""

from functools import lru_cache

from PySide6.QtGui import QColor, QFont

from app.viewmodels.terminal.terminal_cells import (
    BOLD,
    DEFAULT,
    FAINT,
    HIDDEN,
    ITALIC,
    REVERSE,
    RGB,
    STRUCK,
    UNDERLINE,
    Style,
)
from app.views.theme import LIGHT, Tokens, contrast

_LIGHT_16 = (
    "#1b2430", "#c62828", "#1a7f4b", "#8a5a00", "#0b6bcb", "#8e24aa", "#00707a", "#5c6b7e",
    "#7b8794", "#b71c1c", "#14663c", "#6d4700", "#095ba9", "#6a1b9a", "#005a62", "#3a4656",
)  # fmt: skip
_DARK_16 = (
    "#3a4656", "#ff6b6b", "#4cc38a", "#e2b341", "#4aa3ff", "#d38bff", "#4fd1d9", "#c3ccd8",
    "#7b8794", "#ff9b9b", "#7fdcae", "#f0cd74", "#85c1ff", "#e3b8ff", "#8be4ea", "#ffffff",
)  # fmt: skip
_LAST_OF_THEME = 15
_LEAST_CONTRAST = 4.5  # WCAG's for text
_SHADES = 10
_STEPS = (0, 95, 135, 175, 215, 255)


@lru_cache(maxsize=2048)
def cell_colors(style: Style, tokens: Tokens) -> tuple[QColor, QColor | None]:
    """Return the colour of the text and of what is behind it, None for the surface."""
    fore = QColor(tokens.text) if style.fore == DEFAULT else _color(style.fore, tokens)
    back = None if style.back == DEFAULT else _color(style.back, tokens)
    if style.flags & REVERSE:
        fore, back = back or QColor(tokens.surface), fore
    if style.fore <= _LAST_OF_THEME or style.back <= _LAST_OF_THEME:
        fore = _readable(fore, back or QColor(tokens.surface))
    if style.flags & FAINT:
        fore = QColor(fore)
        fore.setAlphaF(0.6)
    if style.flags & HIDDEN:
        fore = back or QColor(tokens.surface)
    return fore, back


def _readable(fore: QColor, back: QColor) -> QColor:
    """Return `fore`, lighter or darker where it could not be read on `back`.

    Programs count on black and white, whatever colours a theme has for them.
    """
    if contrast(fore.name(), back.name()) >= _LEAST_CONTRAST:
        return fore
    aim = QColor(max(("#ffffff", "#000000"), key=lambda name: contrast(name, back.name())))
    for step in range(1, _SHADES):
        part = step / _SHADES
        mixed = QColor.fromRgbF(
            fore.redF() + (aim.redF() - fore.redF()) * part,
            fore.greenF() + (aim.greenF() - fore.greenF()) * part,
            fore.blueF() + (aim.blueF() - fore.blueF()) * part,
        )
        if contrast(mixed.name(), back.name()) >= _LEAST_CONTRAST:
            return mixed
    return aim


def _color(value: int, tokens: Tokens) -> QColor:
    if value & RGB:
        return QColor(value >> 16 & 255, value >> 8 & 255, value & 255)
    if value < 16:
        return QColor((_LIGHT_16 if tokens is LIGHT else _DARK_16)[value])
    if value < 232:
        value -= 16
        return QColor(_STEPS[value // 36], _STEPS[value // 6 % 6], _STEPS[value % 6])
    grey = 8 + (value - 232) * 10
    return QColor(grey, grey, grey)


def uses_font(font: QFont, style: Style) -> QFont:
    """Return the font for a style."""
    if not style.flags & (BOLD | ITALIC | UNDERLINE | STRUCK) and not style.link:
        return font
    styled = QFont(font)
    styled.setBold(bool(style.flags & BOLD))
    styled.setItalic(bool(style.flags & ITALIC))
    styled.setUnderline(bool(style.flags & UNDERLINE or style.link))
    styled.setStrikeOut(bool(style.flags & STRUCK))
    return styled
