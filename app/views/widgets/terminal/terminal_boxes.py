"""Draws lines and blocks from edge to edge of their cells: a font's own leave gaps between the rows."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

# The arms of a character from the middle of its cell: up, right, down, left.
_UP, _RIGHT, _DOWN, _LEFT = 1, 2, 4, 8
_LIGHT = dict(zip("─│┌┐└┘├┤┬┴┼╴╵╶╷", (10, 5, 6, 12, 3, 9, 7, 13, 14, 11, 15, 8, 1, 2, 4), strict=True))
_HEAVY = dict(zip("━┃┏┓┗┛┣┫┳┻╋╸╹╺╻", _LIGHT.values(), strict=True))
# Left, top, width and height in eighths of the cell.
_BLOCKS = {
    **{chr(0x2580 + n): (0, 8 - n, 8, n) for n in range(1, 9)},
    **{chr(0x2590 - n): (0, 0, n, 8) for n in range(1, 8)},
    "▀": (0, 0, 8, 4),
    "▐": (4, 0, 4, 8),
    "▔": (0, 0, 8, 1),
    "▕": (7, 0, 1, 8),
}


def draw_box(painter: QPainter, rect: QRect, character: str, color: QColor) -> bool:
    """Draw a line or block that fills its cell; return whether `character` is one."""
    if (block := _BLOCKS.get(character)) is not None:
        x, y, width, height = block
        left, top = rect.left() + rect.width() * x // 8, rect.top() + rect.height() * y // 8
        right = rect.left() + rect.width() * (x + width) // 8
        bottom = rect.top() + rect.height() * (y + height) // 8
        painter.fillRect(left, top, max(1, right - left), max(1, bottom - top), color)
        return True
    arms = _LIGHT.get(character) or _HEAVY.get(character, 0)
    if not arms:
        return False
    thick = max(1, rect.width() // 8) * (2 if character in _HEAVY else 1)
    x = rect.left() + (rect.width() - thick) // 2
    y = rect.top() + (rect.height() - thick) // 2
    if arms & (_LEFT | _RIGHT):
        left = rect.left() if arms & _LEFT else x
        right = rect.left() + rect.width() if arms & _RIGHT else x + thick
        painter.fillRect(left, y, right - left, thick, color)
    if arms & (_UP | _DOWN):
        top = rect.top() if arms & _UP else y
        bottom = rect.top() + rect.height() if arms & _DOWN else y + thick
        painter.fillRect(x, top, thick, bottom - top, color)
    return True
