"""What is wrong with where the parts of a window are: cut texts, controls over each other."""

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.views.widgets.text import ElidedLabel

_SLACK = 1
"""Pixels: a size hint is rounded up."""
_OWN_PARTS = (QLineEdit, QTabBar, QComboBox, QAbstractSpinBox)
"""What places its inner parts itself, and over itself."""


def layout_faults(window: QWidget) -> list[str]:
    """Return a line for each fault among the parts of `window` that are in sight.

    A part that scrolls may be larger than its place downwards, never sideways.
    """
    faults: list[str] = []
    for widget in (window, *window.findChildren(QWidget)):
        if widget is not window and (widget.window() is not window or not widget.isVisibleTo(window)):
            continue
        if isinstance(widget.parent(), _OWN_PARTS):
            continue
        if not isinstance(widget, _OWN_PARTS):
            faults += _faults_inside(widget)
        if widget is not window:
            faults += _cut_texts(widget)
    return faults


def _name(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    words = text() if isinstance(widget, (QLabel, QAbstractButton)) and text else ""
    return f"{type(widget).__name__} {widget.objectName()} {words[:40]!r}"


def _faults_inside(parent: QWidget) -> Iterator[str]:
    shown = [
        child
        for child in parent.children()
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisibleTo(parent)
    ]
    if parent.layout() is not None:
        for first, second in combinations(shown, 2):
            common = first.geometry().intersected(second.geometry())
            if common.width() > _SLACK and common.height() > _SLACK:
                yield f"{_name(first)} and {_name(second)} are over each other, {common}"
    if isinstance(parent, (QAbstractScrollArea, QStackedWidget, QSplitter)):
        return
    place, scrolls = parent.rect(), _scrolls(parent)
    for child in shown:
        inside = child.geometry()
        sideways = inside.left() < place.left() - _SLACK or inside.right() > place.right() + _SLACK
        down = inside.top() < place.top() - _SLACK or inside.bottom() > place.bottom() + _SLACK
        if sideways or (down and not scrolls):
            yield f"{_name(child)} is beyond {_name(parent)}: {inside} in {place}"


def _scrolls(widget: QWidget) -> bool:
    area = widget.parent()
    return isinstance(area, QAbstractScrollArea) and area.viewport() is widget


def _cut_texts(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel) and not isinstance(widget, ElidedLabel) and widget.text():
        if widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            if widget.height() < needed - _SLACK:
                yield f"{_name(widget)} is {widget.height()} high, its lines need {needed}"
        elif widget.width() < widget.sizeHint().width() - _SLACK:
            yield f"{_name(widget)} is {widget.width()} wide, its text needs {widget.sizeHint().width()}"
    elif isinstance(widget, (QAbstractButton, QComboBox, QAbstractSpinBox)):
        needed_size = widget.minimumSizeHint()
        if isinstance(widget, QToolButton) and not widget.text():
            needed_size = widget.iconSize()
        if widget.width() < needed_size.width() - _SLACK or widget.height() < needed_size.height() - _SLACK:
            yield f"{_name(widget)} has {widget.size()}, it needs {needed_size}"


def out_of_screen(window: QWidget, screen: QRect) -> list[str]:
    """Return the buttons of a dialog that a screen of this size has no room for."""
    origin = window.mapToGlobal(QPoint(0, 0))
    return [
        _name(button)
        for button in window.findChildren(QAbstractButton)
        if button.isVisibleTo(window)
        and not screen.contains(QRect(button.mapToGlobal(QPoint(0, 0)) - origin, button.size()))
    ]
